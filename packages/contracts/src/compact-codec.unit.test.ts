import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryOf } from './avro/arbitrary.test-support.ts';
import { type AvroSchema, compactSchemaOf, createCompactCodec, usually } from './compact-codec.ts';
import { TOPICS, type TopicName } from './topics.ts';

const target = Buffer.alloc(100_000);
const throughCodec = (schema: AvroSchema, value: unknown): unknown => {
  const codec = createCompactCodec<unknown>(schema);
  return codec.read(target.subarray(7, codec.write(value, target, 7)));
};

const avroTopics = (Object.keys(TOPICS) as TopicName[]).filter((topic) => TOPICS[topic].format === 'avro');

describe('a compact codec', () => {
  it.each(avroTopics)('gives every value of %s back as it was', (topic) => {
    const schema = compactSchemaOf(topic);
    const codec = createCompactCodec<unknown>(schema);
    const values = arbitraryOf(JSON.parse(TOPICS[topic].schema ?? ''));
    fc.assert(
      fc.property(values, (value) => {
        expect(codec.read(target.subarray(7, codec.write(value, target, 7)))).toEqual(value);
      }),
    );
  });

  it('gives usual and unusual texts back, those that look like a shortened one included', () => {
    const schema = usually(['first', 'second']);
    const texts = fc.oneof(fc.constantFrom('first', 'second', 'A', 'B', '=', '=A', ''), fc.string());
    fc.assert(
      fc.property(texts, (text) => {
        expect(throughCodec(schema, text)).toBe(text);
      }),
    );
    expect(createCompactCodec<string>(schema).write('second', target, 0)).toBe(2);
  });

  it('tells how many bytes are missing', () => {
    const codec = createCompactCodec<string>('string');
    const missing = codec.write('twelve bytes', Buffer.alloc(10), 5);
    expect(missing).toBe(-8);
  });

  it('refuses bytes of another schema', () => {
    const end = createCompactCodec<string>('string').write('text', target, 0);
    const read = (): unknown => createCompactCodec<number>('long').read(target.subarray(0, end));
    expect(read).toThrow(expect.objectContaining({ code: 'VALUE_UNDECODABLE' }));
  });

  it('refuses a value that the schema does not allow', () => {
    expect(() => throughCodec('long', 'text')).toThrow('invalid "long"');
  });
});
