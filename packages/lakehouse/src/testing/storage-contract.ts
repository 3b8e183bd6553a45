import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Storage, StoredFile } from '../storage.ts';

const text = (content: string): Buffer => Buffer.from(content);

const readText = async (storage: Storage, path: string): Promise<string | undefined> =>
  (await storage.read(path))?.toString('utf8');

const collect = async (files: AsyncIterable<StoredFile>): Promise<StoredFile[]> => {
  const found: StoredFile[] = [];
  for await (const file of files) found.push(file);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
};

const pathsOf = (files: readonly StoredFile[]): string[] => files.map(({ path }) => path);

const inBatches = async (names: readonly string[], run: (name: string) => Promise<void>): Promise<void> => {
  for (let start = 0; start < names.length; start += 50)
    await Promise.all(names.slice(start, start + 50).map(run));
};

/** Names as partition folders and people make them; all of them are stored as they are. */
const ODD_NAMES = [
  'day=2026-11-21/city=São Paulo/part.parquet',
  'amount=12%25/a%20b/part.parquet',
  'name=a+b & c<d>"e"/part.parquet',
  'text=日本語/~(file)!*,;@$.parquet',
  "it's/__HIVE_DEFAULT_PARTITION__/[1]#2?.parquet",
];

/** What every `Storage` has to do, run against fresh, empty storages that `open` makes. */
export const describeStorage = (name: string, open: () => Promise<Storage>): void => {
  describe(`${name} as a storage`, () => {
    it('lets exactly one of twenty create a file, whole', async () => {
      const storage = await open();
      for (const round of [1, 2, 3]) {
        const contents = Array.from({ length: 20 }, (_, writer) => `writer ${writer} `.repeat(2_000));
        const won = await Promise.all(
          contents.map((content) => storage.putIfAbsent(`log/${round}.json`, text(content))),
        );
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await readText(storage, `log/${round}.json`)).toBe(contents[won.indexOf(true)]);
        expect(await storage.putIfAbsent(`log/${round}.json`, text('late'))).toBe(false);
        expect(await readText(storage, `log/${round}.json`)).toBe(contents[won.indexOf(true)]);
      }
      expect(pathsOf(await storage.list('log'))).toEqual(['log/1.json', 'log/2.json', 'log/3.json']);
    });

    it('lets one of two create a file even when both want the same in it', async () => {
      const storage = await open();
      const won = await Promise.all([1, 2].map(() => storage.putIfAbsent('log/1.json', text('the same'))));
      expect(won.sort()).toEqual([false, true]);
    });

    it('never overwrites a file of a unique name', async () => {
      const storage = await open();
      await storage.write('part', text('first'));
      await expect(storage.write('part', text('second'))).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining(`${storage.location}/part`),
      });
      expect(await readText(storage, 'part')).toBe('first');
    });

    it('replaces a file as a whole and deletes it, twice if asked', async () => {
      const storage = await open();
      await storage.replace('log/hint', text('a longer old text'));
      await storage.replace('log/hint', text('new'));
      expect(await readText(storage, 'log/hint')).toBe('new');
      expect((await storage.list('log')).map(({ bytes }) => bytes)).toEqual([3]);
      await storage.delete('log/hint');
      await storage.delete('log/hint');
      expect(await storage.read('log/hint')).toBeNull();
      expect(await storage.list('log')).toEqual([]);
      expect(await storage.putIfAbsent('log/hint', text('again'))).toBe(true);
    });

    it('says when there is no such file', async () => {
      const storage = await open();
      expect(await storage.read('nothing')).toBeNull();
      expect(await storage.list('nowhere')).toEqual([]);
      expect(await collect(storage.walk('nowhere'))).toEqual([]);
      await storage.delete('nothing');
      await expect(storage.readRange('nothing', 0, 1)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining(`${storage.location}/nothing`),
      });
    });

    it('reads ranges, up to the end of the file', async () => {
      const storage = await open();
      await storage.write('data', text('0123456789'));
      const range = async (start: number, end: number): Promise<string> =>
        (await storage.readRange('data', start, end)).toString();
      expect(await range(3, 6)).toBe('345');
      expect(await range(0, 1)).toBe('0');
      expect(await range(9, 10)).toBe('9');
      expect(await range(8, 100)).toBe('89');
      expect(await range(10, 12)).toBe('');
      expect(await range(4, 4)).toBe('');
    });

    it('keeps empty files', async () => {
      const storage = await open();
      expect(await storage.putIfAbsent('log/empty', text(''))).toBe(true);
      expect(await storage.putIfAbsent('log/empty', text(''))).toBe(false);
      expect((await storage.read('log/empty'))!.length).toBe(0);
      expect((await storage.readRange('log/empty', 0, 10)).length).toBe(0);
      expect((await storage.list('log')).map(({ path, bytes }) => [path, bytes])).toEqual([['log/empty', 0]]);
    });

    it('keeps a file of 20 MB', async () => {
      const storage = await open();
      const data = randomBytes(20 * 1024 * 1024);
      await storage.write('large', data);
      expect(data.equals((await storage.read('large'))!)).toBe(true);
      const part = await storage.readRange('large', 10_000_000, 15_000_000);
      expect(data.subarray(10_000_000, 15_000_000).equals(part)).toBe(true);
      expect((await storage.list('')).map(({ bytes }) => bytes)).toEqual([data.length]);
    });

    it('takes names as they are', async () => {
      const storage = await open();
      for (const path of ODD_NAMES) await storage.write(path, text(path));
      expect(pathsOf(await collect(storage.walk('')))).toEqual([...ODD_NAMES].sort());
      for (const path of ODD_NAMES) {
        expect(await readText(storage, path)).toBe(path);
        expect((await storage.readRange(path, 0, 3)).toString()).toBe(path.slice(0, 3));
        expect(await storage.putIfAbsent(path, text('other'))).toBe(false);
        expect(pathsOf(await storage.list(path.slice(0, path.lastIndexOf('/'))))).toEqual([path]);
        await storage.delete(path);
      }
      expect(await collect(storage.walk(''))).toEqual([]);
    });

    it('lists more files than a store puts on a page, in order, from a name on', async () => {
      const storage = await open();
      const paths = Array.from(
        { length: 1_105 },
        (_, version) => `log/${String(version).padStart(20, '0')}.json`,
      );
      await inBatches(paths.toReversed(), (path) => storage.replace(path, text('{}')));
      await storage.write('log/_sidecars/a', text('in a folder of its own'));
      await storage.write('log.json', text('beside the folder'));
      expect(pathsOf(await storage.list('log'))).toEqual(paths);
      expect(pathsOf(await storage.list('log', '0'.repeat(20)))).toEqual(paths);
      for (const version of [1, 9, 10, 99, 1_000, 1_100, 1_104]) {
        const startAt = String(version).padStart(20, '0');
        expect(pathsOf(await storage.list('log', startAt))).toEqual(paths.slice(version));
        expect(pathsOf(await storage.list('log', `${startAt}.json`))).toEqual(paths.slice(version));
      }
      expect(await storage.list('log', '1')).toEqual([]);
      expect(pathsOf(await collect(storage.walk('log')))).toEqual([...paths, 'log/_sidecars/a'].sort());
    });

    it('lists one level and walks all of them, with sizes and times', async () => {
      const storage = await open();
      const before = Date.now() - 2_000;
      for (const path of ['a', 'log/b', 'log/deep/c', 'log/deep/er/d', 'log-2/e']) {
        await storage.write(path, text(path));
      }
      expect(pathsOf(await storage.list(''))).toEqual(['a']);
      expect(pathsOf(await storage.list('.'))).toEqual(['a']);
      expect(pathsOf(await storage.list('log'))).toEqual(['log/b']);
      expect(pathsOf(await storage.list('log/deep'))).toEqual(['log/deep/c']);
      expect(pathsOf(await collect(storage.walk('log')))).toEqual(['log/b', 'log/deep/c', 'log/deep/er/d']);
      const all = await collect(storage.walk('.'));
      expect(pathsOf(all)).toEqual(['a', 'log-2/e', 'log/b', 'log/deep/c', 'log/deep/er/d']);
      for (const { path, bytes, modifiedAt } of all) {
        expect(bytes).toBe(path.length);
        expect(modifiedAt).toBeGreaterThan(before);
        expect(modifiedAt).toBeLessThan(Date.now() + 2_000);
      }
    });

    it('shows a file to others as soon as it is written', async () => {
      const storage = await open();
      for (let number = 0; number < 20; number++) {
        const path = `log/${randomUUID()}`;
        await storage.write(path, text(path));
        expect(await readText(storage, path)).toBe(path);
        expect(pathsOf(await storage.list('log'))).toContain(path);
      }
    });
  });
};
