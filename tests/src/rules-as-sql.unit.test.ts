import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIFECYCLE_STAGES, lifecycleOf, stageOf } from '@marketing-streams/domain/lifecycle';
import { compileCondition, type SegmentFacts } from '@marketing-streams/domain/rules/compile-condition';
import {
  COMPARISONS,
  COUNTS,
  type Condition,
  type MeasureTest,
} from '@marketing-streams/domain/rules/condition';
import { conditionSql, lifecycleSql, segmentsSql } from '@marketing-streams/domain/rules/condition-sql';
import { compileSegments } from '@marketing-streams/domain/rules/segments';
import { openEngine } from '@marketing-streams/lakehouse/query/duckdb-engine';
import { loadSegments } from '@marketing-streams/platform/segments-file';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * DuckDB evaluates the SQL of the rules as ksqlDB is meant to: both compare whole numbers and decimals exactly.
 * What is ksqlDB's alone (which statements it takes) is checked elsewhere.
 */
let folder: string;
let evaluate: (expressions: readonly string[], facts: readonly SegmentFacts[]) => Promise<unknown[][]>;
let close = (): void => {};

const literal = (facts: SegmentFacts): string =>
  `(${facts.order_count}::BIGINT, ${(facts.lifetime_value / 100).toFixed(2)}::DECIMAL(18, 2), ` +
  `${facts.delivered}::BIGINT, ${facts.failed}::BIGINT, '${facts.lifecycle_stage}', ${facts.is_active})`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rules-as-sql-'));
  const instance = await openEngine({
    memoryLimit: '128MB',
    threads: 1,
    temporaryFolder: join(folder, 'spill'),
    temporaryBytes: 1024 ** 2,
    folders: [join(folder, 'nothing')],
  });
  const connection = await instance.connect();
  await connection.run('CREATE MACRO array_remove(list, one) AS list_filter(list, lambda x: x <> one)');
  evaluate = async (expressions, facts) => {
    const columns = 'order_count, lifetime_value, delivered, failed, lifecycle_stage, is_active';
    const reader = await connection.runAndReadAll(
      `SELECT ${expressions.join(', ').replaceAll('`', '"')} ` +
        `FROM (VALUES ${facts.map(literal).join(', ')}) AS customers(${columns})`,
    );
    return reader.getRowsJson() as unknown[][];
  };
  close = () => {
    connection.closeSync();
    instance.closeSync();
  };
});

afterAll(async () => {
  close();
  await rm(folder, { recursive: true });
});

/** Small numbers, so that thresholds are met exactly, and some beyond what 32 bits hold. */
const count = fc.oneof({ weight: 9, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: fc.nat(2 ** 33) });
const facts: fc.Arbitrary<SegmentFacts> = fc.record({
  order_count: count,
  lifetime_value: fc.oneof(fc.integer({ min: 499_998, max: 500_002 }), fc.nat(2_000_000)),
  delivered: count,
  failed: count,
  lifecycle_stage: fc.constantFrom(...LIFECYCLE_STAGES),
  is_active: fc.boolean(),
});

const comparison = fc.constantFrom(...COMPARISONS);
const measureTest: fc.Arbitrary<MeasureTest> = fc.oneof(
  fc.record({ measure: fc.constantFrom(...COUNTS), comparison, value: fc.nat(8) }),
  fc.record({
    measure: fc.constant('engagement_rate' as const),
    comparison,
    value: fc.constantFrom(0, 1, 25, 30, 50, 75, 99, 100),
  }),
  fc.record({
    measure: fc.constant('lifetime_value' as const),
    comparison,
    value: fc.oneof(fc.integer({ min: 499_999, max: 500_001 }), fc.nat(2_000_000)),
  }),
);
const condition = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    measureTest,
    fc.record({ lifecycle_stage: fc.subarray([...LIFECYCLE_STAGES], { minLength: 1 }) }),
    fc.record({ is_active: fc.boolean() }),
    fc.record({ all: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
  ),
})).condition;

const people = fc.array(facts, { minLength: 20, maxLength: 60 });

describe('the rules as SQL', () => {
  it('mean the same as their predicates, whatever the rule', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(condition, { minLength: 10, maxLength: 30 }),
        people,
        async (rules, given) => {
          const inSql = await evaluate(rules.map(conditionSql), given);
          const predicates = rules.map(compileCondition);
          expect(inSql).toEqual(given.map((one) => predicates.map((matches) => matches(one))));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('give the stage of the lifecycle', async () => {
    await fc.assert(
      fc.asyncProperty(people, async (given) => {
        const stages = await evaluate([lifecycleSql().join('\n')], given);
        expect(stages.map(([stage]) => stage)).toEqual(given.map(stageOf));
        expect(stages.map(([stage]) => stage)).toEqual(given.map((one) => lifecycleOf(one).stage));
      }),
      { numRuns: 20 },
    );
  });

  it('give the sorted names of the segments', async () => {
    const definitions = loadSegments(new URL('../../config/segments.yaml', import.meta.url).pathname);
    const segmentsOf = compileSegments(definitions);
    await fc.assert(
      fc.asyncProperty(people, async (given) => {
        const names = await evaluate([segmentsSql(definitions).join('\n')], given);
        expect(names.map(([list]) => list)).toEqual(given.map(segmentsOf));
      }),
      { numRuns: 20 },
    );
  });
});
