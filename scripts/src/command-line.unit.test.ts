import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { formatTable } from './command-line.ts';

it('formatTable aligns columns and leaves no blanks at the end', () => {
  expect(
    formatTable([
      ['topic', 'result'],
      ['dom.order.placed.v1', 'created'],
    ]),
  ).toBe('topic                result\ndom.order.placed.v1  created');
});

describe.each(['topics.ts', 'schemas.ts'])('%s', (script) => {
  const run = (arguments_: readonly string[], environment: Record<string, string> = {}) =>
    spawnSync(process.execPath, [new URL(script, import.meta.url).pathname, ...arguments_], {
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    });

  it('explains itself', () => {
    const { status, stdout } = run(['--help']);
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: make ${script.replace('.ts', '')}`);
  });

  it('refuses an argument it does not know, with exit code 2', () => {
    const { status, stderr } = run(['--force']);
    expect(status).toBe(2);
    expect(stderr).toContain('--force');
  });

  it('names a bad setting, with exit code 1', () => {
    const { status, stderr } = run([], {
      KAFKA_BOOTSTRAP_SERVERS: 'nowhere',
      SCHEMA_REGISTRY_URL: 'nowhere',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/(KAFKA_BOOTSTRAP_SERVERS|SCHEMA_REGISTRY_URL)\) = "nowhere"/);
  });
});
