import { appendFileSync, mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWriteNote, type WriteNote, wasTouched } from './write-note.ts';

let folder: string;
let file: string;
let note: string;
let opened: WriteNote;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'write-note-'));
  file = join(folder, 'data');
  note = join(folder, 'note');
  writeFileSync(file, 'first');
  opened = openWriteNote(file, note);
});
afterEach(() => {
  opened.close();
  rmSync(folder, { recursive: true });
});

describe('the note on a file', () => {
  it('agrees with a file that only its writer has written to', () => {
    expect(wasTouched(file, note)).toBe(false);
    opened.beginWrite();
    appendFileSync(file, ' and second');
    opened.endWrite();
    expect(wasTouched(file, note)).toBe(false);
  });

  it.each([
    ['is cut', () => truncateSync(file, 2)],
    ['grows', () => appendFileSync(file, '!')],
    ['has another time of change', () => utimesSync(file, 1, 1)],
    ['is gone', () => rmSync(file)],
  ])('tells when the file %s', (_, change) => {
    change();
    expect(wasTouched(file, note)).toBe(true);
  });

  it('does not call a write of its own, cut short, somebody else’s', () => {
    opened.beginWrite();
    appendFileSync(file, ' and half of the sec');
    expect(wasTouched(file, note)).toBe(false);
  });

  it('says nothing of a file that has none', () => {
    rmSync(note);
    expect(wasTouched(file, note)).toBe(false);
  });

  it('is that of the last of several writers', () => {
    const other = openWriteNote(file, note);
    opened.beginWrite();
    appendFileSync(file, ' and second');
    opened.endWrite();
    other.beginWrite();
    appendFileSync(file, ' and third');
    other.endWrite();
    other.close();
    expect(wasTouched(file, note)).toBe(false);
  });

  it('takes no file for touched whose other writer is about to note what it wrote', async () => {
    // The thread changes the file, says so, and notes it some time later, while this one is looking.
    const writer = new Worker(
      `const { appendFileSync, statSync, writeFileSync } = require('node:fs');
       const { workerData, parentPort } = require('node:worker_threads');
       const { file, note } = workerData;
       writeFileSync(note, '');
       appendFileSync(file, ' and second');
       parentPort.postMessage('changed');
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
       const { size, mtimeNs } = statSync(file, { bigint: true });
       writeFileSync(note, (size + ' ' + mtimeNs).padEnd(47) + '\\n');`,
      { eval: true, workerData: { file, note } },
    );
    const exit = new Promise((resolve) => writer.once('exit', resolve));
    await new Promise((resolve) => writer.once('message', resolve));
    expect(wasTouched(file, note)).toBe(false);
    expect(await exit).toBe(0);
  });
});
