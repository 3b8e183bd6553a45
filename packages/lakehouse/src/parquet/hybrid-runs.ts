import { type ByteSink, putByte, putVarint, reserve } from './byte-sink.ts';

/** The number of bits that hold every number up to `greatest`. */
export const bitWidthOf = (greatest: number): number => 32 - Math.clz32(greatest);

const GROUP = 8;

const putRun = (sink: ByteSink, value: number, count: number, bitWidth: number): void => {
  putVarint(sink, count << 1);
  for (let shift = 0; shift < bitWidth; shift += 8) putByte(sink, (value >>> shift) & 255);
};

const runLength = (values: ArrayLike<number>, from: number, count: number): number => {
  const value = values[from];
  let end = from + 1;
  while (end < count && values[end] === value) end++;
  return end - from;
};

const startsRun = (values: ArrayLike<number>, from: number, count: number): boolean => {
  if (from + GROUP > count) return false;
  for (let index = from + 1; index < from + GROUP; index++) if (values[index] !== values[from]) return false;
  return true;
};

/** Packs the values of whole groups, the last one filled up with zeros, lowest bits first. */
const putGroups = (
  sink: ByteSink,
  values: ArrayLike<number>,
  from: number,
  to: number,
  bitWidth: number,
): void => {
  const groups = Math.ceil((to - from) / GROUP);
  putVarint(sink, (groups << 1) | 1);
  let offset = reserve(sink, groups * bitWidth);
  const { bytes } = sink;
  let pending = 0;
  let bits = 0;
  for (let index = from; index < from + groups * GROUP; index++) {
    if (index < to) pending |= values[index]! << bits;
    bits += bitWidth;
    while (bits >= 8) {
      bytes[offset++] = pending & 255;
      pending >>>= 8;
      bits -= 8;
    }
  }
};

/**
 * Parquet's RLE/bit-packed hybrid of the first `count` values, each of at most `bitWidth` (24 or fewer) bits: runs of
 * eight and more equal values as a count, what is between them packed in groups of eight.
 */
export const putHybrid = (
  sink: ByteSink,
  values: ArrayLike<number>,
  count: number,
  bitWidth: number,
): void => {
  let from = 0;
  while (from < count) {
    const run = runLength(values, from, count);
    if (run >= GROUP || from + run === count) {
      putRun(sink, values[from]!, run, bitWidth);
      from += run;
    } else {
      let to = from + GROUP;
      while (to < count && !startsRun(values, to, count)) to += GROUP;
      to = Math.min(to, count);
      putGroups(sink, values, from, to, bitWidth);
      from = to;
    }
  }
};

/** As `putHybrid` for one value throughout. */
export const putConstant = (sink: ByteSink, value: number, count: number, bitWidth: number): void =>
  putRun(sink, value, count, bitWidth);
