import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { waitUntilGone } from './left-processes.ts';
import { closingLine, summarize, type TestReport } from './test-summary.ts';

/**
 * Runs all tests, or those that the arguments (Vitest's own) choose, and ends with one line of counts. Fails
 * when a test fails, when no test ran, and when the run leaves a process behind.
 */
const MARK = 'MARKETING_STREAMS_TEST_RUN';
/** A broker that was told to stop may take this long. */
const GONE_WITHIN_MILLISECONDS = 15_000;

const root = fileURLToPath(new URL('../..', import.meta.url));
const reportFile = `${root}.local/test-report.json`;
const runId = randomUUID();

rmSync(reportFile, { force: true });
const vitest = spawn(
  process.execPath,
  [
    `${root}node_modules/vitest/vitest.mjs`,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, [MARK]: runId } },
);
// Ctrl-C reaches Vitest as well, which ends what it has started; its exit code then is ours.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => vitest.kill('SIGTERM'));
const [exitCode] = (await once(vitest, 'exit')) as [number | null];
let failed = exitCode !== 0;

const left = await waitUntilGone(MARK, runId, GONE_WITHIN_MILLISECONDS);
for (const { pid, command } of left) {
  failed = true;
  console.error(`left behind by the tests, and ended now: process ${pid}: ${command}`);
  process.kill(pid, 'SIGKILL');
}

let summary = { passed: 0, failed: 0, skipped: 0 };
try {
  summary = summarize(JSON.parse(readFileSync(reportFile, 'utf8')) as TestReport);
} catch {
  console.error('the test runner wrote no report: it did not get as far as running tests');
}
if (summary.passed + summary.failed === 0) failed = true;
console.log(closingLine(summary));
process.exitCode = failed ? exitCode || 1 : 0;
