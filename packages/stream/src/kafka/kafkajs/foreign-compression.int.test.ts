import { zstdCompressSync } from 'node:zlib';
import { topicConfig } from '@marketing-streams/contracts/topic-config';
import { TOPICS } from '@marketing-streams/contracts/topics';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type KafkaFixture, openKafkaFixture } from '../../testing/kafka-fixture.ts';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

let fixture: KafkaFixture;
beforeAll(() => {
  fixture = openKafkaFixture();
});
afterAll(() => fixture.close());

type Encoded = { readonly buffer: Buffer };

/** An LZ4 frame of one stored block (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md). */
const lz4Frame = (data: Buffer): Buffer => {
  const size = Buffer.alloc(4);
  // The highest bit says that the block is stored as it is.
  size.writeUInt32LE((data.length | 0x8000_0000) >>> 0);
  // Magic number, version 1 with independent blocks, blocks of up to 64 KiB, the checksum of these two bytes.
  const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
  return Buffer.concat([header, size, data, Buffer.alloc(4)]);
};

/** Snappy's raw format: the length, then literals (https://github.com/google/snappy/blob/main/format_description.txt). */
const snappyBlock = (data: Buffer): Buffer => {
  // A length of two bytes fits each of the two numbers.
  const length = Buffer.from([(data.length & 0x7f) | 0x80, data.length >> 7]);
  const literal = Buffer.from([61 << 2, (data.length - 1) & 0xff, (data.length - 1) >> 8]);
  return Buffer.concat([length, literal, data]);
};

const compressor = (compress: (data: Buffer) => Buffer) => () => ({
  compress: async ({ buffer }: Encoded) => compress(buffer),
});

const VALUES = Array.from({ length: 50 }, (_, n) => `value ${n}`);

it.each([
  ['lz4', CompressionTypes.LZ4, lz4Frame],
  ['snappy', CompressionTypes.Snappy, snappyBlock],
  ['zstd', CompressionTypes.ZSTD, zstdCompressSync],
  ['gzip', CompressionTypes.GZIP, null],
] as const)(
  'a foreign producer that compresses with %s does not stop the readers',
  async (name, type, pack) => {
    if (pack !== null) CompressionCodecs[type] = compressor(pack);
    const { entries } = topicConfig(TOPICS['dom.order.placed.v1'], {
      partitions: 1,
      inputRetentionMilliseconds: 86_400_000,
    });
    const topic = await fixture.topic(`foreign-${name}`, 1, entries);
    const kafka = new Kafka({ brokers: fixture.servers.split(','), logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, compression: type, messages: VALUES.map((value) => ({ key: 'k', value })) });
    await producer.disconnect();
    expect((await fixture.readAll(topic)).map(({ value }) => String(value))).toEqual(VALUES);
  },
);
