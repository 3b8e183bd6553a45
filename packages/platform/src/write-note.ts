import { closeSync, fstatSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';

/*
 * A database file that is memory-mapped and keeps no checksums (LMDB's) believes whatever it finds: bytes that were
 * overwritten give wrong values, missing entries, or the end of the process by a signal, again after every start.
 * So what writes the file notes its size and time of change beside it after every write. Who opens it and finds
 * something else knows that somebody changed it who is not of the house, and begins anew.
 *
 * What that does not tell: bits that a disk turns by itself, which is the file system's matter; and damage to a
 * file whose last write was cut short by a kill, because then its time of change is nobody's word.
 */

/** The note on one file, held open by what writes the file. Several writers may each hold one. */
export type WriteNote = {
  /** To be called before a write that may change the file. */
  readonly beginWrite: () => void;
  /** To be called when the write has ended, well or not. */
  readonly endWrite: () => void;
  readonly close: () => void;
};

const WRITING = 'writing';
/** All notes have one length, so that a shorter one leaves nothing of a longer one behind. */
const NOTE_CHARACTERS = 48;

const padded = (text: string): Buffer => Buffer.from(`${text.padEnd(NOTE_CHARACTERS - 1)}\n`);

const describe = ({ size, mtimeNs }: { readonly size: bigint; readonly mtimeNs: bigint }): string =>
  `${size} ${mtimeNs}`;

/** How long a note may lag behind its file: the longest write of another process, and some more. */
const LAG_MILLISECONDS = 300;
const LOOK_AGAIN_MILLISECONDS = 10;

const pause = new Int32Array(new SharedArrayBuffer(4));

const isAsNoted = (file: string, note: string): boolean => {
  let noted: string;
  try {
    noted = readFileSync(note, 'utf8').trim();
  } catch {
    return true;
  }
  if (noted === WRITING) return true;
  try {
    return describe(statSync(file, { bigint: true })) === noted;
  } catch {
    return false;
  }
};

/**
 * True when the file is not as the note says that its writers left it. False for a file without a note: nobody has
 * finished a write yet. True for a note whose file is gone.
 *
 * Of several writers one may note the file while another is about to change it, or has just made the note and not yet
 * written it: a note that is wrong is looked at again, this thread standing still for some tenths of a second at most.
 */
export const wasTouched = (file: string, note: string): boolean => {
  for (const end = performance.now() + LAG_MILLISECONDS; !isAsNoted(file, note); ) {
    if (performance.now() > end) return true;
    Atomics.wait(pause, 0, 0, LOOK_AGAIN_MILLISECONDS);
  }
  return false;
};

/** Opens the note on a file that exists, and notes the file as it is. */
export const openWriteNote = (file: string, note: string): WriteNote => {
  const data = openSync(file, 'r');
  let text: number;
  try {
    // Not truncated: another writer's note is as true as ours.
    text = openSync(note, 'a+');
    closeSync(text);
    text = openSync(note, 'r+');
  } catch (error) {
    closeSync(data);
    throw error;
  }
  const writing = padded(WRITING);
  /** After it the descriptors may be another file's: a late call must not reach that. */
  let closed = false;
  const write = (content: Buffer): void => void writeSync(text, content, 0, content.length, 0);
  const endWrite = (): void => {
    if (!closed) write(padded(describe(fstatSync(data, { bigint: true }))));
  };
  endWrite();
  return {
    beginWrite: () => {
      if (!closed) write(writing);
    },
    endWrite,
    close: () => {
      if (closed) return;
      closed = true;
      closeSync(text);
      closeSync(data);
    },
  };
};
