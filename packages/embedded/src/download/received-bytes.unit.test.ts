import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { countReceivedBytes, downloadedBytes, downloadingPath } from './received-bytes.ts';

const repository = mkdtempSync(join(tmpdir(), 'received-bytes-'));
afterAll(() => rmSync(repository, { recursive: true }));

describe("Maven's lines", () => {
  test('a finished file has a size', () => {
    expect(downloadedBytes('Downloaded from mirror: http://host/a/b/1/b-1.jar (1.5 MB at 3.4 MB/s)')).toBe(
      1_500_000,
    );
    expect(downloadedBytes('[INFO] Downloaded from mirror: http://host/b-1.pom (812 B at 9 kB/s)')).toBe(812);
    expect(downloadedBytes('[INFO] BUILD SUCCESS')).toBeNull();
  });

  test('a file under way has a path', () => {
    expect(downloadingPath('Downloading from mirror: https://host:8080/m2/a/b/1/b-1.jar')).toEqual([
      'm2',
      'a',
      'b',
      '1',
      'b-1.jar',
    ]);
  });
});

test('an unfinished file in the local repository counts until it is finished', () => {
  const folder = join(repository, 'org', 'b', '1');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'b-1.tar.gz.123.tmp'), Buffer.alloc(700));
  const received = countReceivedBytes(repository);
  received.onLine('Downloaded from mirror: http://host/m2/org/a/1/a-1.jar (2 kB at 3 kB/s)');
  received.onLine('Downloading from mirror: http://host/m2/org/b/1/b-1.tar.gz');
  expect(received.total()).toBe(2700);
  received.onLine('Downloaded from mirror: http://host/m2/org/b/1/b-1.tar.gz (1 kB at 3 kB/s)');
  expect(received.total()).toBe(3000);
});
