import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { lastLines, readableLine, tellingLine } from './log-tail.ts';

const folder = mkdtempSync(join(tmpdir(), 'log-tail-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('lastLines', () => {
  test('looks only behind the given byte, and gives nothing for a missing file', () => {
    const file = join(folder, 'log');
    writeFileSync(file, 'before\nafter\n\nlast\n');
    expect(lastLines(file, 7)).toEqual(['after', 'last']);
    expect(lastLines(file, 1000)).toEqual([]);
    expect(lastLines(join(folder, 'none'), 0)).toEqual([]);
  });
});

describe('readableLine', () => {
  test('a JSON line is its message and what caused it, said once', () => {
    expect(readableLine('{"level":"fatal","msg":"crashed: boom","err":{"message":"boom"}}')).toBe(
      'crashed: boom',
    );
    expect(readableLine('{"msg":"no settings","cause":"ENOENT"}')).toBe('no settings: ENOENT');
  });

  test('a plain line loses its time stamp', () => {
    expect(readableLine('2026-11-21T09:13:36.385 INFO started')).toBe('INFO started');
  });
});

describe('tellingLine', () => {
  test('an error is worth more than what follows it', () => {
    const lines = ['starting', 'SyntaxError: no such export', '    at Module.link', 'Node.js v24.21.0'];
    expect(tellingLine(lines)).toBe('SyntaxError: no such export');
    expect(tellingLine(['one', 'two', '    at x'])).toBe('two');
    expect(tellingLine([])).toBe('');
  });
});
