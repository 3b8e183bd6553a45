import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../testing/kafka-fixture.ts';
import { REMOVED } from './sealed-changes.ts';
import type { StateCodec } from './state-codec.ts';
import { isHeldByStoppedProcess } from './store-holder.ts';
import type { StoreMeta } from './store-meta.ts';
import { openTaskStore } from './task-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'task-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const former = { producer_id: '7', epoch: 1 };
const later = { producer_id: '7', epoch: 2 };
const meta = (changes: Partial<StoreMeta> = {}): StoreMeta => ({
  cluster_id: 'c',
  tasks: 3,
  partitions: 6,
  rule_version: '1',
  owner: former,
  offsets: { 'topic/0': 5 },
  transaction: 1,
  stream_time: 0,
  timers: {},
  complete: true,
  ...changes,
});

describe('a task store', () => {
  it('keeps state and its description over a restart', async () => {
    const store = openTaskStore(folder);
    await store.claim(former);
    store.write(
      new Map<string, unknown>([
        ['a', { n: 1 }],
        ['b', [1, 'x']],
      ]),
      meta(),
      null,
    );
    store.write(new Map<string, unknown>([['a', REMOVED]]), meta({ transaction: 2 }), meta());
    await store.close();
    const again = openTaskStore(folder);
    expect(again.get('a')).toBeUndefined();
    expect(again.get('b')).toEqual([1, 'x']);
    expect(again.meta()).toEqual(meta({ transaction: 2 }));
    await again.close();
  });

  it('writes values by the codec of their key, and finds them in the order of the keys', async () => {
    const upper: StateCodec<string> = {
      schema: 'upper',
      write: (value, target, position) => {
        const bytes = Buffer.from(value.toUpperCase());
        const end = position + bytes.length;
        return end > target.length ? target.length - end : position + bytes.copy(target, position);
      },
      read: (bytes) => bytes.toString('utf8', 0, bytes.length),
    };
    const store = openTaskStore(folder, { u: upper });
    await store.claim(former);
    const entries = [
      ['u2', 'two'],
      ['u10', 'ten'],
      ['v', 'plain'],
      ['uü', 'ü'.repeat(5_000)],
    ] as const;
    const sealed = store.seal(new Map<string, unknown>(entries));
    store.writeSealed(sealed, meta(), null);
    await store.close();
    const again = openTaskStore(folder, { u: upper });
    expect(again.get('u2')).toBe('TWO');
    expect(again.get('v')).toBe('plain');
    expect([...again.range('u')]).toEqual([
      ['u10', 'TEN'],
      ['u2', 'TWO'],
      ['uü', 'Ü'.repeat(5_000)],
    ]);
    expect([...again.range('u', 'u10')].map(([key]) => key)).toEqual(['u2', 'uü']);
    await again.close();
  });

  it('refuses a former owner, and writes nothing then', async () => {
    const store = openTaskStore(folder);
    await store.claim(former);
    store.write(new Map([['a', 1]]), meta(), null);
    await store.claim(later);
    const late = (): void => store.write(new Map([['a', 2]]), meta({ transaction: 2 }), meta());
    expect(late).toThrow(expect.objectContaining({ code: 'FENCED' }));
    expect(store.get('a')).toBe(1);
    await expect(store.claim(former)).rejects.toMatchObject({ code: 'FENCED' });
    await store.close();
  });

  it('refuses a write that expects another place in the input', async () => {
    const store = openTaskStore(folder);
    await store.claim(former);
    store.write(new Map([['a', 1]]), meta(), null);
    const elsewhere = meta({ offsets: { 'topic/0': 4 } });
    const write = (): void => store.write(new Map([['a', 2]]), meta({ transaction: 2 }), elsewhere);
    expect(write).toThrow(expect.objectContaining({ code: 'STATE_CONFLICT' }));
    expect(store.get('a')).toBe(1);
    await store.close();
  });

  it('is begun anew when the machine crashed while it was being written, and only then', async () => {
    const note = join(folder, 'boot');
    const store = openTaskStore(folder);
    await store.claim(former);
    store.write(new Map([['a', 1]]), meta(), null);
    await store.close();
    expect(readFileSync(note, 'utf8')).toBe('clean');
    const kept = openTaskStore(folder);
    expect(kept.get('a')).toBe(1);
    await kept.close();
    writeFileSync(note, 'an earlier life of the machine');
    const anew = openTaskStore(folder);
    expect(anew.get('a')).toBeUndefined();
    expect(anew.meta()).toBeNull();
    await anew.close();
  });

  it('is known to be held by a process that is stopped', async () => {
    const module = new URL('./store-holder.ts', import.meta.url).href;
    const script = `
      const { noteHolder } = await import(${JSON.stringify(module)});
      noteHolder(process.argv[1]);
      process.stdout.write('noted');
      setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    expect(isHeldByStoppedProcess(folder)).toBe(false);
    holder.kill('SIGSTOP');
    await until('the process is stopped', () => isHeldByStoppedProcess(folder));
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
    expect(isHeldByStoppedProcess(folder)).toBe(false);
  });
});
