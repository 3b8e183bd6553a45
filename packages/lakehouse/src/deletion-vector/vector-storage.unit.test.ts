import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { addRows, EMPTY_ROW_SET, rowsOf } from './row-set.ts';
import { loadVector, storeVectors, vectorFilePath } from './vector-storage.ts';
import { decodeZ85, encodeZ85 } from './z85.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectors-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('Z85', () => {
  it('is the one of ZeroMQ RFC 32', () => {
    const bytes = Buffer.from('864fd26fb559f75b', 'hex');
    expect(encodeZ85(bytes)).toBe('HelloWorld');
    expect(Buffer.from(decodeZ85('HelloWorld', 8))).toEqual(bytes);
  });

  it('pads to four bytes and cuts the padding off again', () => {
    expect(decodeZ85(encodeZ85(Buffer.of(1, 2, 3, 4, 5)), 5)).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
  });
});

describe('vectors', () => {
  it('names files as the protocol’s example does', () => {
    expect(vectorFilePath('ab^-aqEH.-t@S}K{vb[*k^')).toBe(
      'ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin',
    );
  });

  it('keeps small ones inline and puts the others of a commit into one file', async () => {
    const storage = localStorage(folder);
    const wide = Array.from({ length: 2000 }, (_, row) => row * 7);
    const wider = Array.from({ length: 9000 }, (_, row) => row * 3);
    const sets = [[1, 2], wide, wider].map((rows) => addRows(EMPTY_ROW_SET, rows));
    const { descriptors, file } = await storeVectors(storage, sets);
    expect(descriptors.map(({ storageType, cardinality }) => [storageType, cardinality])).toEqual([
      ['i', 2],
      ['u', 2000],
      ['u', 9000],
    ]);
    expect(new Set(descriptors.slice(1).map(({ pathOrInlineDv }) => vectorFilePath(pathOrInlineDv)))).toEqual(
      new Set([file]),
    );
    const read = await Promise.all(descriptors.map((descriptor) => loadVector(storage, descriptor)));
    expect(read.map((set) => [...rowsOf(set)])).toEqual([[1, 2], wide, wider]);
  });

  it('finds a damaged file by its checksum, and a missing one, and says which', async () => {
    const storage = localStorage(folder);
    const rows = addRows(
      EMPTY_ROW_SET,
      Array.from({ length: 2000 }, (_, row) => row * 7),
    );
    const { descriptors, file } = await storeVectors(storage, [rows]);
    const path = join(folder, file!);
    const bytes = await readFile(path);
    bytes[100]! ^= 1;
    await writeFile(path, bytes);
    await expect(loadVector(storage, descriptors[0]!)).rejects.toMatchObject({
      code: 'DELTA_CORRUPT',
      message: expect.stringContaining(path),
    });
    await rm(path);
    await expect(loadVector(storage, descriptors[0]!)).rejects.toMatchObject({
      code: 'DELTA_CORRUPT',
      message: expect.stringContaining(`${path} is missing`),
    });
  });
});
