import type { RecordHeaders } from './record.ts';

/** One header; a name may occur several times. */
export type RecordHeader = { readonly name: string; readonly value: Buffer };

/** A record's headers as a list, for stores that keep them byte for byte. */
export const headerList = (headers: RecordHeaders): readonly RecordHeader[] =>
  Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return (Buffer.isBuffer(value) ? [value] : value).map((one: Buffer) => ({ name, value: one }));
  });
