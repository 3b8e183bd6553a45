import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { processStatus } from '@marketing-streams/platform/process-status';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemberNotes, type MemberNotes } from './member-notes.ts';

let folder: string;
let notes: MemberNotes;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'member-notes-'));
  notes = createMemberNotes(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

const note = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const host = encodeURIComponent(hostname());

describe('notes of members', () => {
  it('give the members of dead processes once, and no living one', async () => {
    const living = spawn('sleep', ['60']);
    const dead = spawn('true');
    await Promise.all([once(living, 'spawn'), once(dead, 'exit')]);
    note(`${living.pid}@${host}`, `${processStatus(living.pid ?? 0)?.started ?? ''}\nliving`);
    note(`${dead.pid}@${host}`, '1\ndead');
    await notes.write('own');
    expect(await notes.takeDead()).toEqual(['dead']);
    expect(await notes.takeDead()).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(2);
    living.kill('SIGKILL');
  });

  it('take a stopped process for a living one', async () => {
    const stopped = spawn('sleep', ['60']);
    await once(stopped, 'spawn');
    stopped.kill('SIGSTOP');
    note(`${stopped.pid}@${host}`, `${processStatus(stopped.pid ?? 0)?.started ?? ''}\nstopped`);
    expect(await notes.takeDead()).toEqual([]);
    stopped.kill('SIGKILL');
  });

  it.runIf(process.platform === 'linux')('tell a predecessor that had the same process id', async () => {
    note(`${process.pid}@${host}`, '1\nof the life before');
    expect(await notes.takeDead()).toEqual(['of the life before']);
  });

  it('leave processes of other hosts alone, and forget them after a day', async () => {
    const other = note('7@another-host', '1\nsomewhere');
    expect(await notes.takeDead()).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(1);
    utimesSync(other, new Date(0), new Date(0));
    expect(await notes.takeDead()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are none before the first is written, and after the own one is removed', async () => {
    const absent = createMemberNotes(join(folder, 'absent'));
    expect(await absent.takeDead()).toEqual([]);
    await absent.remove();
    await notes.write('own');
    await notes.remove();
    expect(readdirSync(folder)).toEqual([]);
  });
});
