import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { processStatus } from '@marketing-streams/platform/process-status';

/*
 * The broker waits for a killed member until its session ends. A process that starts again need not: its
 * predecessor left a note with its member id. Several instances may share the folder, each with a note of its own,
 * and only the notes of processes that are certainly dead count. A stopped one is alive, and what runs on another
 * host (in another container) cannot be told; of those the session's end decides.
 */

/** The notes of one group's members in a folder. */
export type MemberNotes = {
  /** Notes this process's member id. */
  readonly write: (memberId: string) => Promise<void>;
  /** Member ids of processes that are dead; their notes are removed. */
  readonly takeDead: () => Promise<readonly string[]>;
  /** Removes this process's note. */
  readonly remove: () => Promise<void>;
};

const DAY_MILLISECONDS = 86_400_000;

const HOST = encodeURIComponent(hostname());

const isDead = (pid: number, started: string): boolean => {
  if (pid === process.pid) return processStatus(pid)?.started !== started || started === '';
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  // Alive, but perhaps another process that was given the same id.
  return started !== '' && processStatus(pid)?.started !== started;
};

/** Of a note in the folder: null when its process may be alive, else its member id. */
const readDead = async (folder: string, name: string): Promise<string | null> => {
  const path = join(folder, name);
  const at = name.lastIndexOf('@');
  const pid = Number(name.slice(0, at));
  if (name.slice(at + 1) !== HOST || !Number.isSafeInteger(pid)) {
    // Nobody can tell whether it lives; after a day its note is of no use to a successor either.
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > DAY_MILLISECONDS) await rm(path, { force: true });
    return null;
  }
  const [started = '', memberId = ''] = (await readFile(path, 'utf8')).split('\n');
  if (!isDead(pid, started)) return null;
  await rm(path, { force: true });
  return memberId;
};

/** Notes in a folder, which is made when it is needed; `<pid>@<host>` is the name of one. */
export const createMemberNotes = (folder: string): MemberNotes => {
  const own = join(folder, `${process.pid}@${HOST}`);
  return {
    write: async (memberId) => {
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(own, `${processStatus(process.pid)?.started ?? ''}\n${memberId}`);
      } catch {
        // A full disk: without the note a successor waits for our session to end, and nothing else is lost.
      }
    },
    takeDead: async () => {
      const names = await readdir(folder).catch(() => []);
      // Another instance may take a note away while it is looked at: the member is cared for then.
      const found = await Promise.all(names.map((name) => readDead(folder, name).catch(() => null)));
      return found.flatMap((memberId) => (memberId === null || memberId === '' ? [] : [memberId]));
    },
    remove: () => rm(own, { force: true }),
  };
};
