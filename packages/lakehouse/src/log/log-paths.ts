import { PlatformError } from '@marketing-streams/platform/errors';

/** Folder of the log inside a table. */
export const LOG_FOLDER = '_delta_log';

/** Files of V2 checkpoints that hold their file actions. */
export const SIDECAR_FOLDER = `${LOG_FOLDER}/_sidecars`;

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
  | {
      readonly kind: 'checkpoint';
      readonly version: number;
      readonly part: number;
      readonly parts: number;
      /** Tells several checkpoints of one version apart: the name without its part. */
      readonly name: string;
    }
  /** The checksum of a version. */
  | { readonly kind: 'checksum'; readonly version: number }
  /** The commits from a version on put together by another engine; commits alone say the same. */
  | { readonly kind: 'compacted'; readonly version: number };

const CHECKPOINT_NAME =
  /^(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10})|(\.[0-9a-fA-F-]{36}))?\.(?:parquet|json)$/;

/**
 * Recognises commits, checkpoints of the three kinds (classic, multi-part, named by a UUID), checksums and log
 * compactions; null for everything else.
 */
export const parseLogName = (path: string): LogFile | null => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const version = Number(name.slice(0, 20));
  if (/^\d{20}\.json$/.test(name)) return { kind: 'commit', version };
  if (/^\d{20}\.crc$/.test(name)) return { kind: 'checksum', version };
  if (/^\d{20}\.\d{20}\.compacted\.json$/.test(name)) return { kind: 'compacted', version };
  const checkpoint = CHECKPOINT_NAME.exec(name);
  if (checkpoint === null) return null;
  const [, , part = '1', parts = '1', uuid] = checkpoint;
  // Only the checkpoints named by a UUID may be JSON.
  if (uuid === undefined && name.endsWith('.json')) return null;
  return {
    kind: 'checkpoint',
    version,
    part: Number(part),
    parts: Number(parts),
    name: uuid ?? (checkpoint[3] === undefined ? '' : parts),
  };
};

/** Where a data file of an action lies in the storage: action paths are URI-encoded. */
export const decodeDataPath = (path: string): string => {
  if (/^[a-z][a-z0-9+.-]*:/i.test(path) || path.startsWith('/')) {
    throw new PlatformError('DELTA_UNSUPPORTED', `data file ${path} lies outside the table's folder`);
  }
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new PlatformError('DELTA_CORRUPT', `data file ${path} has no URI-encoded path`, { cause });
  }
};

/**
 * What tells data files apart: engines spell one file differently (Spark `p=ü`, delta-rs `p=%C3%BC`), and each takes
 * out files of the others by its own spelling. What is written names a file as it was added.
 */
export const dataFileKey = (path: string): string => {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

/** The path of a data file as actions spell it; `=` as it is, since some engines compare spellings of paths. */
export const encodeDataPath = (path: string): string =>
  path
    .split('/')
    .map((name) => encodeURIComponent(name).replaceAll('%3D', '='))
    .join('/');
