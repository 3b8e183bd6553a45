import { PlatformError } from '@marketing-streams/platform/errors';
import { BITMAP_BYTES, type Block, blockFromBitmap, MAX_LIST, type RowSet } from './row-set.ts';

/** PROTOCOL.md «Deletion Vector Format»: opens the serialised bitmap array, little endian. */
const DELTA_MAGIC = 1_681_511_377;

/** RoaringFormatSpec: cookies of a 32-bit bitmap without and with run containers. */
const COOKIE_WITHOUT_RUNS = 12_346;
const COOKIE_WITH_RUNS = 12_347;
/** With runs and fewer containers than this the offsets are left out. */
const NO_OFFSET_THRESHOLD = 4;

/** Blocks of 16 bits per bucket of 32 bits. */
const BLOCKS_PER_BUCKET = 65_536;

const damaged = (why: string): PlatformError =>
  new PlatformError('DELTA_CORRUPT', `deletion vector is damaged: ${why}`);

const blockBytes = (block: Block): number => (block.list === null ? BITMAP_BYTES : block.list.length * 2);

/** One bucket as a 32-bit Roaring bitmap: cookie, (key, count − 1) per container, offsets, containers. */
const serialiseBucket = (blocks: readonly (readonly [key: number, block: Block])[]): Buffer => {
  const headerBytes = 8 + blocks.length * 8;
  const total = blocks.reduce((bytes, [, block]) => bytes + blockBytes(block), headerBytes);
  const buffer = Buffer.alloc(total);
  buffer.writeUInt32LE(COOKIE_WITHOUT_RUNS, 0);
  buffer.writeUInt32LE(blocks.length, 4);
  let offset = headerBytes;
  blocks.forEach(([key, block], index) => {
    buffer.writeUInt16LE(key, 8 + index * 4);
    buffer.writeUInt16LE(block.count - 1, 10 + index * 4);
    buffer.writeUInt32LE(offset, 8 + blocks.length * 4 + index * 4);
    if (block.list === null) buffer.set(block.bitmap!, offset);
    // Little endian as the format is, on every machine that Node runs on today.
    else buffer.set(new Uint8Array(block.list.buffer, block.list.byteOffset, block.list.byteLength), offset);
    offset += blockBytes(block);
  });
  return buffer;
};

/** A row set as Delta stores it: magic number, then the portable 64-bit Roaring format. */
export const serialiseRowSet = (set: RowSet): Buffer => {
  const buckets = new Map<number, [key: number, block: Block][]>();
  for (const number of [...set.blocks.keys()].sort((a, b) => a - b)) {
    const bucket = Math.floor(number / BLOCKS_PER_BUCKET);
    const blocks = buckets.get(bucket) ?? [];
    blocks.push([number % BLOCKS_PER_BUCKET, set.blocks.get(number)!]);
    buckets.set(bucket, blocks);
  }
  const head = Buffer.alloc(12);
  head.writeUInt32LE(DELTA_MAGIC, 0);
  head.writeBigUInt64LE(BigInt(buckets.size), 4);
  const parts: Buffer[] = [head];
  for (const [bucket, blocks] of buckets) {
    const key = Buffer.alloc(4);
    key.writeUInt32LE(bucket, 0);
    parts.push(key, serialiseBucket(blocks));
  }
  return Buffer.concat(parts);
};

const runBlock = (buffer: Buffer, offset: number): { readonly block: Block; readonly end: number } => {
  const runs = buffer.readUInt16LE(offset);
  const bitmap = new Uint8Array(BITMAP_BYTES);
  let count = 0;
  for (let run = 0; run < runs; run++) {
    const start = buffer.readUInt16LE(offset + 2 + run * 4);
    const length = buffer.readUInt16LE(offset + 4 + run * 4);
    for (let low = start; low <= start + length; low++) bitmap[low >>> 3]! |= 1 << (low & 7);
    count += length + 1;
  }
  return { block: blockFromBitmap(bitmap, count), end: offset + 2 + runs * 4 };
};

const plainBlock = (
  buffer: Buffer,
  offset: number,
  count: number,
): { readonly block: Block; readonly end: number } => {
  if (count > MAX_LIST) {
    const end = offset + BITMAP_BYTES;
    if (end > buffer.length) throw damaged('a bitmap is cut short');
    return { block: { count, list: null, bitmap: Uint8Array.from(buffer.subarray(offset, end)) }, end };
  }
  const list = new Uint16Array(count);
  for (let index = 0; index < count; index++) list[index] = buffer.readUInt16LE(offset + index * 2);
  return { block: { count, list, bitmap: null }, end: offset + count * 2 };
};

/** Reads one 32-bit bitmap at `start` into `blocks`; where it ends. */
const parseBucket = (
  buffer: Buffer,
  start: number,
  firstBlock: number,
  blocks: Map<number, Block>,
): number => {
  const cookie = buffer.readUInt32LE(start);
  const withRuns = (cookie & 0xffff) === COOKIE_WITH_RUNS;
  if (!withRuns && cookie !== COOKIE_WITHOUT_RUNS) throw damaged(`unknown cookie ${cookie}`);
  const containers = withRuns ? (cookie >>> 16) + 1 : buffer.readUInt32LE(start + 4);
  const runFlags = start + 4;
  const descriptors = withRuns ? runFlags + Math.ceil(containers / 8) : start + 8;
  const hasOffsets = !withRuns || containers >= NO_OFFSET_THRESHOLD;
  let offset = descriptors + containers * 4 + (hasOffsets ? containers * 4 : 0);
  for (let index = 0; index < containers; index++) {
    const key = buffer.readUInt16LE(descriptors + index * 4);
    const count = buffer.readUInt16LE(descriptors + index * 4 + 2) + 1;
    const isRun = withRuns && (buffer[runFlags + (index >>> 3)]! & (1 << (index & 7))) !== 0;
    const { block, end } = isRun ? runBlock(buffer, offset) : plainBlock(buffer, offset, count);
    blocks.set(firstBlock + key, block);
    offset = end;
  }
  return offset;
};

/**
 * The row set in the bytes of a deletion vector, run containers of other writers included. Throws DELTA_CORRUPT
 * when they are not one.
 */
export const parseRowSet = (bytes: Uint8Array): RowSet => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const magic = buffer.readUInt32LE(0);
    if (magic !== DELTA_MAGIC) throw damaged(`unknown magic number ${magic}`);
    const buckets = Number(buffer.readBigUInt64LE(4));
    const blocks = new Map<number, Block>();
    let offset = 12;
    for (let index = 0; index < buckets; index++) {
      const bucket = buffer.readUInt32LE(offset);
      offset = parseBucket(buffer, offset + 4, bucket * BLOCKS_PER_BUCKET, blocks);
    }
    let size = 0;
    for (const block of blocks.values()) size += block.count;
    return { size, blocks };
  } catch (error) {
    if (error instanceof RangeError) throw damaged('it is cut short');
    throw error;
  }
};
