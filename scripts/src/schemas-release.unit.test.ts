import type { JsonSchema } from '@marketing-streams/contracts/json/schema';
import { describe, expect, it } from 'vitest';
import { narrowings } from './schemas-json-compatibility.ts';
import { backwardProblem, nextVersion, readHistories, sameSchema } from './schemas-release.ts';

describe.each(readHistories().map((history) => [history.file, history] as const))('%s', (file, history) => {
  it('is its newest released version: run `npm run release-schemas` after a change', () => {
    expect(nextVersion(history)).toBeNull();
  });

  it('reads with each version what the one before wrote', () => {
    for (const [index, later] of history.released.entries()) {
      const former = history.released[index - 1];
      if (former !== undefined) expect(backwardProblem(file, later, former)).toBeNull();
    }
    expect(sameSchema(history.current, history.released.at(-1) ?? '{}')).toBe(true);
  });
});

type Field = { readonly name: string; readonly type: unknown; readonly default?: unknown };

const avro = (...fields: readonly Field[]): string =>
  JSON.stringify({ type: 'record', name: 'Visit', namespace: 'marketing_streams', fields });

const id: Field = { name: 'visit_id', type: 'string' };
const decimal = (precision: number, scale: number) => ({
  type: 'bytes',
  logicalType: 'decimal',
  precision,
  scale,
});
const kinds = (...symbols: string[]): Field => ({
  name: 'kind',
  type: { type: 'enum', name: 'Kind', symbols },
});

describe('BACKWARD for Avro', () => {
  const allowed: readonly [string, string, string][] = [
    [
      'a new field with a default',
      avro(id, { name: 'note', type: ['null', 'string'], default: null }),
      avro(id),
    ],
    ['a field that is dropped', avro(id), avro(id, { name: 'note', type: 'string' })],
    ['another symbol of an enum', avro(kinds('SHOP', 'SITE', 'APP')), avro(kinds('SHOP', 'SITE'))],
    [
      'a field that may be null now',
      avro({ name: 'note', type: ['null', 'string'] }),
      avro({ name: 'note', type: 'string' }),
    ],
    ['int to long', avro({ name: 'count', type: 'long' }), avro({ name: 'count', type: 'int' })],
    [
      'more digits before the point',
      avro({ name: 'price', type: decimal(18, 2) }),
      avro({ name: 'price', type: decimal(9, 2) }),
    ],
  ];
  it.each(allowed)('allows %s', (_, later, former) => {
    expect(backwardProblem('visit.avsc', later, former)).toBeNull();
  });

  const refused: readonly [string, string, string][] = [
    ['a new field without a default', avro(id, { name: 'note', type: 'string' }), avro(id)],
    ['a symbol that is gone', avro(kinds('SHOP')), avro(kinds('SHOP', 'SITE'))],
    ['another type', avro({ name: 'visit_id', type: 'long' }), avro(id)],
    [
      'a field that may no longer be null',
      avro({ name: 'note', type: 'string' }),
      avro({ name: 'note', type: ['null', 'string'] }),
    ],
    [
      'another scale',
      avro({ name: 'price', type: decimal(18, 2) }),
      avro({ name: 'price', type: decimal(18, 4) }),
    ],
    [
      'another unit of time',
      avro({ name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } }),
      avro({ name: 'at', type: { type: 'long', logicalType: 'timestamp-micros' } }),
    ],
  ];
  it.each(refused)('refuses %s', (_, later, former) => {
    expect(backwardProblem('visit.avsc', later, former)).toEqual(expect.any(String));
  });

  it('names file, version and reason', () => {
    const history = {
      file: 'visit.avsc',
      current: avro(id, { name: 'note', type: 'string' }),
      released: [avro(id)],
    };
    expect(() => nextVersion(history)).toThrow(/visit\.avsc cannot read what version 1 wrote.*note/);
  });

  it('numbers a compatible change and the first version', () => {
    expect(nextVersion({ file: 'visit.avsc', current: avro(), released: [avro(id)] })).toBe(2);
    expect(nextVersion({ file: 'visit.avsc', current: avro(id), released: [] })).toBe(1);
  });
});

describe('BACKWARD for JSON Schema', () => {
  const object = (properties: Record<string, JsonSchema>, required: readonly string[] = []): JsonSchema => ({
    type: 'object',
    properties,
    required,
    additionalProperties: false,
  });
  const text = { type: 'string' };

  it.each<[string, JsonSchema, JsonSchema]>([
    ['a new optional field', object({ a: text, b: text }, ['a']), object({ a: text }, ['a'])],
    ['a field that is no longer required', object({ a: text }), object({ a: text }, ['a'])],
    ['a field that may be null now', object({ a: { type: ['string', 'null'] } }), object({ a: text })],
    ['integer to number', { type: 'number' }, { type: 'integer' }],
    ['another value of a list', { enum: ['a', 'b'] }, { enum: ['a'] }],
    ['a wider bound', { minimum: 0, maximum: 5 }, { minimum: 1, maximum: 5 }],
    ['an alternative', { anyOf: [{ type: 'null' }, object({ a: text })] }, object({ a: text })],
    ['other words', { ...text, description: 'better' }, { ...text, description: 'good' }],
  ])('allows %s', (_, later, former) => {
    expect(narrowings(later, former)).toEqual([]);
  });

  it.each<[string, JsonSchema, JsonSchema]>([
    ['a new required field', object({ a: text, b: text }, ['b']), object({ a: text })],
    ['a field that is gone', object({}), object({ a: text })],
    ['a field that may no longer be null', object({ a: text }), object({ a: { type: ['string', 'null'] } })],
    ['number to integer', { type: 'integer' }, { type: 'number' }],
    ['a value that is gone', { enum: ['a'] }, { enum: ['a', 'b'] }],
    ['a list of values where there was none', { type: 'string', enum: ['a'] }, text],
    ['a narrower bound', { maximum: 4 }, { maximum: 5 }],
    ['another format', { type: 'integer' }, { type: 'integer', format: 'timestamp-millis' }],
    ['other items', { items: { type: 'integer' } }, { items: text }],
    ['other values of a map', { additionalProperties: text }, { additionalProperties: { type: 'integer' } }],
    ['an alternative that is gone', object({ a: text }), { anyOf: [{ type: 'null' }, object({ a: text })] }],
    ['a keyword it does not know', { ...text, pattern: '^a' }, text],
  ])('refuses %s', (_, later, former) => {
    expect(narrowings(later, former)).not.toEqual([]);
  });
});
