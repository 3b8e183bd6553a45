import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MEMORY_ENVIRONMENT } from './process-memory.ts';

it('is what the image sets', () => {
  const dockerfile = readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8');
  const instruction = /^ENV NODE_ENV=(?:.*\\\n)*.*$/m.exec(dockerfile)?.[0] ?? '';
  const set = Object.fromEntries(
    [...instruction.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)].map(([, name, quoted, plain]) => [
      name,
      quoted ?? plain,
    ]),
  );
  expect(set).toMatchObject(MEMORY_ENVIRONMENT);
});

it('is understood by Node, which refuses options it does not know', () => {
  const output = execFileSync(process.execPath, ['-p', '"started"'], {
    env: { ...process.env, ...MEMORY_ENVIRONMENT },
    encoding: 'utf8',
  });
  expect(output).toBe('started\n');
});
