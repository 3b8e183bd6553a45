import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { untilStartFileExists } from './start-after.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-after-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a service that is started together with what it needs', () => {
  it('waits for the file that says so', async () => {
    const file = join(folder, 'go');
    let hasStarted = false;
    const started = untilStartFileExists(file).then(() => {
      hasStarted = true;
    });
    await turn();
    expect(hasStarted).toBe(false);
    writeFileSync(file, '');
    await started;
  });

  it('goes on at once when nobody asked it to wait, or the file is there already', async () => {
    await untilStartFileExists(undefined);
    await untilStartFileExists('');
    writeFileSync(join(folder, 'go'), '');
    await untilStartFileExists(join(folder, 'go'));
  });
});
