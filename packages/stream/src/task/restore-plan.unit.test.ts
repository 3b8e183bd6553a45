import { describe, expect, it } from 'vitest';
import { from } from '../pipeline.ts';
import type { ProcessorDefinition } from '../processor.ts';
import type { StoreMeta } from '../state/store-meta.ts';
import { planRestore, type RestoreFacts, whyOnlyExact } from './restore-plan.ts';
import { encodeNote } from './transaction-note.ts';

const meta = (changes: Partial<StoreMeta> = {}): StoreMeta => ({
  cluster_id: 'cluster',
  tasks: 3,
  partitions: 6,
  rule_version: '1',
  owner: { producer_id: '1', epoch: 1 },
  offsets: { 'in/0': 10, 'in/3': 20 },
  transaction: 4,
  stream_time: 0,
  timers: {},
  complete: true,
  ...changes,
});

const note = (transaction: number, tasks = 3): string =>
  encodeNote({ tasks, transaction, now: 1, timers: [], refused: [] });

const inputs = [
  { topic: 'in', partition: 0 },
  { topic: 'in', partition: 3 },
];

const committed = (first: number, second: number, transaction: number) => [
  { topic: 'in', partition: 0, offset: first, metadata: note(transaction) },
  { topic: 'in', partition: 3, offset: second, metadata: note(transaction - 1) },
];

const facts = (changes: Partial<RestoreFacts> = {}): RestoreFacts => ({
  processor: 'p',
  tasks: 3,
  partitionCount: 6,
  clusterId: 'cluster',
  ruleVersion: '1',
  meta: meta(),
  inputs,
  committed: committed(10, 20, 4),
  beginnings: new Map([
    ['in/0', 0],
    ['in/3', 5],
  ]),
  ends: new Map([
    ['in/0', 100],
    ['in/3', 100],
  ]),
  whyOnlyExact: null,
  canRebuild: false,
  hasOwnRows: false,
  ...changes,
});

describe('the way back of a task', () => {
  it('begins at the beginning when there is nothing yet', () => {
    const plan = planRestore(facts({ meta: null, committed: [] }));
    expect(plan).toMatchObject({ kind: 'start', positions: [{ offset: 0 }, { offset: 5 }] });
  });

  it('is none when the state is where the positions are', () => {
    expect(planRestore(facts()).kind).toBe('ready');
  });

  it('folds exactly the one transaction that the state lacks', () => {
    const plan = planRestore(
      facts({ committed: committed(12, 20, 5), whyOnlyExact: 'timers ran meanwhile' }),
    );
    expect(plan).toMatchObject({
      kind: 'fold',
      exact: true,
      ranges: [{ topic: 'in', partition: 0, offset: 10, to: 12 }],
      positions: [{ offset: 12 }, { offset: 20 }],
    });
  });

  it('folds a transaction of timers alone', () => {
    expect(planRestore(facts({ committed: committed(10, 20, 5) }))).toMatchObject({
      kind: 'fold',
      exact: true,
      ranges: [],
    });
  });

  it('folds several transactions, unless the inputs alone do not give what came of them', () => {
    const several = committed(12, 30, 9);
    expect(planRestore(facts({ committed: several }))).toMatchObject({ kind: 'fold', exact: false });
    expect(planRestore(facts({ committed: several, whyOnlyExact: 'timers ran meanwhile' }))).toMatchObject({
      kind: 'rebuild',
      reason: 'timers ran meanwhile',
    });
  });

  it('rebuilds rather than fold several transactions in which records were refused', () => {
    const metadata = encodeNote({ tasks: 3, transaction: 9, now: 1, timers: [], refused: [], refusals: 2 });
    const several = committed(12, 30, 9).map((position) => ({ ...position, metadata }));
    const planned = (changes: Partial<RestoreFacts>): string =>
      planRestore(facts({ committed: several, canRebuild: true, ...changes })).kind;
    expect(planned({})).toBe('rebuild');
    expect(planned({ meta: meta({ refusals: 2 }) })).toBe('fold');
    expect(planned({ canRebuild: false })).toBe('fold');
    expect(planned({ meta: meta({ transaction: 8 }) })).toBe('fold');
  });

  it("goes on from the state's positions when the group has lost its own", () => {
    const plan = planRestore(facts({ committed: [] }));
    expect(plan).toMatchObject({ kind: 'ready', positions: [{ offset: 10 }, { offset: 20 }] });
  });

  it.each([
    ['is missing', { meta: null }],
    ['is unfinished', { meta: meta({ complete: false }) }],
    ['is of another cluster', { meta: meta({ cluster_id: 'other' }) }],
    ['is of other rules', { ruleVersion: '2' }],
    ['is ahead of the positions', { committed: committed(9, 20, 4) }],
    [
      'lacks what the topic no longer holds',
      { committed: committed(12, 30, 9), beginnings: new Map([['in/0', 11]]) },
    ],
    [
      'is missing, and so are the positions, but not its rows',
      { meta: null, committed: [], hasOwnRows: true },
    ],
  ] as const)('rebuilds a state that %s', (_, changes) => {
    expect(planRestore(facts(changes)).kind).toBe('rebuild');
  });

  it('tells of inputs that were deleted before they were read, and goes on after them', () => {
    const plan = planRestore(facts({ beginnings: new Map([['in/0', 50]]) }));
    expect(plan.lost).toEqual([{ topic: 'in', partition: 0, offset: 10, to: 50 }]);
    expect(plan.positions[0]).toMatchObject({ offset: 50 });
  });

  it.each([
    ['another number of tasks', { tasks: 2 }, 'TASKS_CHANGED'],
    ['another number of tasks without state', { tasks: 2, meta: null }, 'TASKS_CHANGED'],
    ['another number of partitions', { partitionCount: 12 }, 'CONFIG_INVALID'],
    ['a topic that was made again', { ends: new Map([['in/0', 3]]) }, 'STATE_CONFLICT'],
  ] as const)('refuses %s', (_, changes, code) => {
    expect(() => planRestore(facts(changes))).toThrow(expect.objectContaining({ code }));
  });
});

describe('a definition of which only the last transaction can be folded again', () => {
  const definition = (changes: Partial<ProcessorDefinition>): ProcessorDefinition => ({
    name: 'p',
    ruleVersion: '1',
    pipelines: [from('in').build()],
    ...changes,
  });
  const rebuildFrom = (...topics: string[]): ProcessorDefinition['rebuild'] => ({
    sources: topics.map((topic) => ({ topic, load: () => {} })),
    comparisons: [],
  });
  const timer = (clock: 'wall-clock' | 'event-time') => ({
    name: 't',
    clock,
    everyMilliseconds: 1,
    run: () => [],
  });

  it('is one whose rebuild reads an input: what was counted by compacted records is gone with them', () => {
    expect(whyOnlyExact(definition({ rebuild: rebuildFrom('own', 'in') }))).toContain('compacted');
  });

  it('is one with wall-clock timers', () => {
    expect(whyOnlyExact(definition({ timers: [timer('wall-clock')] }))).toContain('timers');
  });

  it('is no other', () => {
    expect(whyOnlyExact(definition({}))).toBeNull();
    expect(
      whyOnlyExact(definition({ rebuild: rebuildFrom('own'), timers: [timer('event-time')] })),
    ).toBeNull();
  });
});
