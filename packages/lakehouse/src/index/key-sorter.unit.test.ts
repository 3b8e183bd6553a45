import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKeySorter } from './key-sorter.ts';
import { forEachLocation } from './locations.ts';

/** Keys that often share their first bytes, and are often the same. */
const storedKey = fc
  .array(fc.constantFrom('\x00', '\x01', '\x7f', '\xff'), { minLength: 6, maxLength: 6 })
  .map((bytes) => bytes.join('').padEnd(15, '\x05') + bytes[3]);

it('gives back every location by key in the order of bytes, whether or not it has to use the disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'key-sorter-'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(storedKey, { maxLength: 300 }),
      fc.constantFrom(500, 1e9),
      async (keys, memory) => {
        const sorter = createKeySorter(join(folder, 'sorting'), memory);
        const wanted = new Map<string, string[]>();
        keys.forEach((key, row) => {
          sorter.add(key, row % 3, row);
          wanted.set(key, [...(wanted.get(key) ?? []), `${row % 3}:${row}`]);
        });
        const found = Array.from(sorter.sorted(), ({ key, locations }) => {
          const places: string[] = [];
          forEachLocation(locations, (fileId, row) => places.push(`${fileId}:${row}`));
          return [key.toString('latin1'), places.sort()] as const;
        });
        const order = [...wanted].sort(([left], [right]) => (left < right ? -1 : 1));
        expect(found).toEqual(order.map(([key, places]) => [key, places.sort()]));
        sorter.close();
        expect(await readdir(folder)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
  await rm(folder, { recursive: true });
});
