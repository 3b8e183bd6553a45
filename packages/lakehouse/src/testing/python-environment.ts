import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PlatformError } from '@marketing-streams/platform/errors';

const run = promisify(execFile);

const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));
const LOCAL_FOLDER = fileURLToPath(new URL('../../../../.local/', import.meta.url));
const ENVIRONMENT = `${LOCAL_FOLDER}venv-deltalake`;
/** A copy of the requirements inside the environment: it is there only when the installation went through. */
const INSTALLED = 'installed-requirements.txt';

const isCurrent = async (): Promise<boolean> => {
  const [wanted, installed] = await Promise.all([
    readFile(REQUIREMENTS, 'utf8'),
    readFile(`${ENVIRONMENT}/${INSTALLED}`, 'utf8').catch(() => null),
  ]);
  return wanted === installed;
};

const install = async (): Promise<void> => {
  await mkdir(LOCAL_FOLDER, { recursive: true });
  const draft = `${ENVIRONMENT}-${process.pid}`;
  try {
    await run('python3', ['-m', 'venv', draft]);
    await run(`${draft}/bin/python`, [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'],
      ...['--requirement', REQUIREMENTS],
    ]);
    await cp(REQUIREMENTS, `${draft}/${INSTALLED}`);
    // Another process may have been quicker; its environment is as good.
    if (await isCurrent()) return;
    await rm(ENVIRONMENT, { recursive: true, force: true });
    await rename(draft, ENVIRONMENT);
  } catch (cause) {
    throw new PlatformError(
      'PREREQUISITE_MISSING',
      `the Python environment ${ENVIRONMENT} could not be made (python3 with venv and pip are needed): ${String(cause)}`,
      { cause },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
};

let ready: Promise<void> | null = null;

/**
 * Makes the virtual environment with the pinned `deltalake`, kept in `.local/venv-deltalake`; the path of its Python.
 * Throws PREREQUISITE_MISSING without a usable python3.
 */
export const preparePython = async (): Promise<string> => {
  ready ??= isCurrent().then((current) => (current ? undefined : install()));
  await ready;
  return `${ENVIRONMENT}/bin/python`;
};

/**
 * Runs Python with the environment's packages, `input` as JSON on its standard input; what it prints as JSON.
 * Throws with Python's own traceback when it fails.
 */
export const runPython = async (
  program: { readonly file: string } | { readonly code: string },
  input: unknown,
): Promise<unknown> => {
  const python = await preparePython();
  const child = spawn(python, 'file' in program ? [program.file] : ['-c', program.code]);
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => void output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => void errors.push(chunk));
  child.stdin.end(JSON.stringify(input));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`python ended with ${code}:\n${Buffer.concat(errors).toString('utf8')}`);
  return JSON.parse(Buffer.concat(output).toString('utf8') || 'null');
};
