import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROBE = fileURLToPath(new URL('./store-lock-probe.ts', import.meta.url));

/** Starting the probe takes a tenth of it, on a busy machine half. */
const PROBE_MILLISECONDS = 3_000;

/**
 * True when a store can be opened and written to. A stopped process may hold LMDB's lock, and whoever waits for
 * that can neither give up nor do anything else: so a process of its own tries, and is killed when it hangs.
 */
export const canLockStore = (folder: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = spawn(process.execPath, [PROBE, folder], {
      stdio: 'ignore',
      timeout: PROBE_MILLISECONDS,
      killSignal: 'SIGKILL',
    });
    probe.once('error', () => resolve(false));
    probe.once('exit', (code) => resolve(code === 0));
  });
