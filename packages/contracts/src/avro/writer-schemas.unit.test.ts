import { expect, it } from 'vitest';
import { memoryRegistry } from '../testing/memory-registry.ts';
import { parseAvroSchema } from './parse-schema.ts';
import { createWriterSchemas } from './writer-schemas.ts';

const SCHEMA = JSON.stringify({ type: 'record', name: 'Visit', fields: [{ name: 'page', type: 'string' }] });

const framed = (id: number): { value: Buffer } => {
  const value = Buffer.alloc(5);
  value.writeInt32BE(id, 1);
  return { value };
};

it('asks again for an unknown id when time has gone by: it may have been registered since', async () => {
  const memory = memoryRegistry();
  let now = 0;
  const schemas = createWriterSchemas({
    registry: memory,
    topic: 'visits',
    reader: parseAvroSchema(SCHEMA),
    ownId: 100,
    now: () => now,
  });
  await schemas.prepare([framed(1)]);
  expect(() => schemas.of(1)).toThrow('no schema with id 1');
  memory.add(SCHEMA);
  now = 29_999;
  await schemas.prepare([framed(1)]);
  expect(() => schemas.of(1)).toThrow('no schema with id 1');
  now = 30_000;
  await schemas.prepare([framed(1)]);
  expect(schemas.of(1).written.name).toBe('Visit');
  expect(memory.lookups).toEqual([1, 1]);
});

it('resolves a batch of many unknown ids without asking for all at once', async () => {
  const memory = memoryRegistry();
  let under = 0;
  let most = 0;
  const schemas = createWriterSchemas({
    registry: {
      ...memory,
      schemaById: async () => {
        under += 1;
        most = Math.max(most, under);
        await Promise.resolve();
        under -= 1;
        return null;
      },
    },
    topic: 'visits',
    reader: parseAvroSchema(SCHEMA),
    ownId: 1,
  });
  await schemas.prepare(Array.from({ length: 500 }, (_, index) => framed(index + 2)));
  expect(most).toBe(8);
  expect(() => schemas.of(501)).toThrow('no schema with id 501');
});

it('keeps the unknown ids of the batch at hand when it forgets the others', async () => {
  const schemas = createWriterSchemas({
    registry: memoryRegistry(),
    topic: 'visits',
    reader: parseAvroSchema(SCHEMA),
    ownId: 1,
  });
  const many = Array.from({ length: 10_001 }, (_, index) => framed(index + 2));
  await schemas.prepare(many);
  await schemas.prepare([framed(2), framed(20_000)]);
  expect(() => schemas.of(2)).toThrow(expect.objectContaining({ code: 'SCHEMA_UNKNOWN' }));
  expect(() => schemas.of(20_000)).toThrow(expect.objectContaining({ code: 'SCHEMA_UNKNOWN' }));
  expect(() => schemas.of(3)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
});
