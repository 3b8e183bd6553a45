import { PlatformError } from '@marketing-streams/platform/errors';

/** Folder of the log inside a table. */
export const LOG_FOLDER = '_delta_log';

export const LAST_CHECKPOINT_PATH = `${LOG_FOLDER}/_last_checkpoint`;

const padded = (version: number): string => String(version).padStart(20, '0');

/** Names of the log from this version on sort at or after this prefix. */
export const logNamePrefix = (version: number): string => padded(version);

export const commitPath = (version: number): string => `${LOG_FOLDER}/${padded(version)}.json`;

/** The classic checkpoint of a version, a single file. */
export const checkpointPath = (version: number): string =>
  `${LOG_FOLDER}/${padded(version)}.checkpoint.parquet`;

/** What a file of the log is, by its name. */
export type LogFile =
  | { readonly kind: 'commit'; readonly version: number }
  | { readonly kind: 'checkpoint'; readonly version: number; readonly part: number; readonly parts: number };

/** Recognises commits, classic and multi-part checkpoints; null for everything else. */
export const parseLogName = (path: string): LogFile | null => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const commit = /^(\d{20})\.json$/.exec(name);
  if (commit !== null) return { kind: 'commit', version: Number(commit[1]) };
  const checkpoint = /^(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet$/.exec(name);
  if (checkpoint === null) return null;
  return {
    kind: 'checkpoint',
    version: Number(checkpoint[1]),
    part: Number(checkpoint[2] ?? 1),
    parts: Number(checkpoint[3] ?? 1),
  };
};

/** Where a data file of an action lies in the storage: action paths are URI-encoded. */
export const decodeDataPath = (path: string): string => {
  if (/^[a-z][a-z0-9+.-]*:/i.test(path) || path.startsWith('/')) {
    throw new PlatformError('DELTA_UNSUPPORTED', `data file ${path} lies outside the table's folder`);
  }
  return decodeURIComponent(path);
};

/** The path of a data file as actions spell it. */
export const encodeDataPath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
