import { crc32 } from 'node:zlib';
import { partitionOf } from '@marketing-streams/contracts/partitioner';

/**
 * The partition on which librdkafka's default partitioner (`consistent_random`) puts a key: CRC32 modulo the
 * number of partitions. Clients built on it (Python, Go, .NET, PHP) disagree with Java's on most keys.
 */
export const librdkafkaPartition = (key: string, partitions: number): number => crc32(key) % partitions;

/** Keys, made by counting up, that librdkafka puts on another partition than Java clients do. */
export const misplacedKeys = (prefix: string, count: number, partitions: number): readonly string[] => {
  const keys: string[] = [];
  for (let number = 0; keys.length < count; number++) {
    const key = `${prefix}${number}`;
    if (librdkafkaPartition(key, partitions) !== partitionOf(key, partitions)) keys.push(key);
  }
  return keys;
};
