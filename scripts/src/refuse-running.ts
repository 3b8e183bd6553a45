import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lockHolder, tryKernelLock } from '../../packages/embedded/src/kernel-lock.ts';

// Imported by path and without anything else: `make clear` also works before the dependencies are installed.

/** Exit code 1, with a line that says what to do, when a demo or its stack runs in the folder given. */
const refuseRunning = (localDirectory: string): void => {
  for (const name of ['demo.lock', 'stack.lock']) {
    const file = join(localDirectory, name);
    if (!existsSync(file)) continue;
    const lock = tryKernelLock(file);
    if (lock !== null) {
      lock.release();
      continue;
    }
    const holder = lockHolder(file);
    console.error(
      `clear: the demo${holder === null ? '' : ` (process ${holder})`} is running in ${localDirectory}: end it with Ctrl-C first`,
    );
    process.exitCode = 1;
    return;
  }
};

refuseRunning(resolve(process.argv[2] ?? '.local'));
