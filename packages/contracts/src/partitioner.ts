/**
 * MurmurHash2 with the seed of Kafka's Java clients (`org.apache.kafka.common.utils.Utils.murmur2`).
 * Returns a signed 32-bit integer.
 */
export const murmur2 = (data: Buffer): number => {
  const length = data.length;
  let hash = 0x9747b28c ^ length;
  const aligned = length & ~3;
  for (let i = 0; i < aligned; i += 4) {
    let k = data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> R;
    k = Math.imul(k, M);
    hash = Math.imul(hash, M) ^ k;
  }
  // The Java code falls through from three left-over bytes to one.
  const left = length & 3;
  if (left === 3) hash ^= data[aligned + 2]! << 16;
  if (left >= 2) hash ^= data[aligned + 1]! << 8;
  if (left >= 1) hash = Math.imul(hash ^ data[aligned]!, M);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  hash ^= hash >>> 15;
  return hash | 0;
};

const M = 0x5bd1e995;
const R = 24;

/**
 * The partition on which Java clients put a key: `toPositive(murmur2(key)) % partitions`. Text is hashed as
 * UTF-8. All topics of the customer domain put a row on the partition of its `customer_id`.
 */
export const partitionOf = (key: string | Buffer, partitions: number): number =>
  (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % partitions;
