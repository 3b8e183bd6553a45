import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PlatformError } from '@marketing-streams/platform/errors';

const run = promisify(execFile);

const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));
const LOCAL_FOLDER = fileURLToPath(new URL('../../../../.local/', import.meta.url));
/** A copy of the requirements inside an environment: it is there only when the installation went through. */
const INSTALLED = 'installed-requirements.txt';

const isCurrent = async (environment: string, requirements: string): Promise<boolean> => {
  const [wanted, installed] = await Promise.all([
    readFile(requirements, 'utf8'),
    readFile(`${environment}/${INSTALLED}`, 'utf8').catch(() => null),
  ]);
  return wanted === installed;
};

const install = async (environment: string, requirements: string): Promise<void> => {
  await mkdir(LOCAL_FOLDER, { recursive: true });
  const draft = `${environment}-${process.pid}`;
  try {
    await run('python3', ['-m', 'venv', draft]);
    await run(`${draft}/bin/python`, [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'],
      ...['--requirement', requirements],
    ]);
    await cp(requirements, `${draft}/${INSTALLED}`);
    // Another process may have been quicker; its environment is as good.
    if (await isCurrent(environment, requirements)) return;
    await rm(environment, { recursive: true, force: true });
    await rename(draft, environment);
  } catch (cause) {
    throw new PlatformError(
      'PREREQUISITE_MISSING',
      `the Python environment ${environment} could not be made (python3 with venv and pip are needed): ${String(cause)}`,
      { cause },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
};

/**
 * A virtual environment in `.local/` with the packages of a requirements file; the path of its Python. Installed at
 * the first call and after a change of the file. Throws PREREQUISITE_MISSING without a usable python3.
 */
export const pythonEnvironment = async (name: string, requirements: string): Promise<string> => {
  const environment = `${LOCAL_FOLDER}${name}`;
  if (!(await isCurrent(environment, requirements))) await install(environment, requirements);
  return `${environment}/bin/python`;
};

let ready: Promise<string> | null = null;

/** Python with the pinned `deltalake`; see `pythonEnvironment`. */
export const preparePython = (): Promise<string> => {
  ready ??= pythonEnvironment('venv-deltalake', REQUIREMENTS);
  return ready;
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
