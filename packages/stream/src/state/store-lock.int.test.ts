import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canLockStore } from './store-lock.ts';

let folder: string;
let holder: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-lock-'));
});
afterEach(() => {
  holder?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Starts a process that opens the store, does something and says so, stopped by then if it stops itself. */
const startHolder = async (doing: string): Promise<void> => {
  const script = `
    import { open } from 'lmdb';
    const store = open({ path: ${JSON.stringify(folder)}, maxDbs: 2, noSync: true });
    const say = () => process.stdout.write('.');
    ${doing}
    setInterval(() => {}, 1000);`;
  holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout!, 'data');
};

describe('the lock of a store', () => {
  it('cannot be had while a stopped process is in the middle of a write', async () => {
    await startHolder("store.transactionSync(() => { say(); process.kill(process.pid, 'SIGSTOP'); });");
    expect(await canLockStore(folder)).toBe(false);
  });

  it('can be had while a stopped process has the store open', async () => {
    await startHolder("store.putSync('key', 1); store.get('key'); say();");
    holder?.kill('SIGSTOP');
    expect(await canLockStore(folder)).toBe(true);
  });

  it('can be had when nobody has it, and the content stays', async () => {
    const store = open<number, string>({ path: folder, maxDbs: 2, noSync: true });
    store.putSync('key', 1);
    await store.close();
    expect(await canLockStore(folder)).toBe(true);
    const again = open<number, string>({ path: folder, maxDbs: 2, noSync: true });
    expect(again.get('key')).toBe(1);
    await again.close();
  });
});
