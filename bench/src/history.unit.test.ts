import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { appendHistory } from './history.ts';

it('keeps a line for each run: judged figures and those with a goal, and the options that matter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'marketing-streams-history-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'history.jsonl');
  const run = { now: new Date(0), speed: 21.0459, options: ['--history', '--check', '--only', 'idle'] };
  appendHistory(
    [
      { name: 'judged', value: 1, unit: 's', better: 'lower' },
      { name: 'shown', value: 2, unit: 's', better: 'info' },
      { name: 'with a goal', value: 3, unit: 's', better: 'info', goal: 4 },
    ],
    run,
    file,
  );
  appendHistory([], run, file);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    at: '1970-01-01T00:00:00.000Z',
    node: process.version,
    speed: 21.05,
    options: ['--only', 'idle'],
    metrics: { judged: 1, 'with a goal': 3 },
  });
  expect(Object.keys(JSON.parse(lines[0]!).metrics)).not.toContain('shown');
});
