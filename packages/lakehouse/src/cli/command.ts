import { parseArgs } from 'node:util';
import { SHORTEST_SAFE_RETENTION } from '../maintenance/vacuum.ts';
import type { Storage } from '../storage.ts';

/** Every option of every command, as `parseArgs` takes them. */
export const OPTIONS = {
  'delta-dir': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  limit: { type: 'string' },
  version: { type: 'string' },
  timestamp: { type: 'string' },
  columns: { type: 'string' },
  'min-files': { type: 'string' },
  retention: { type: 'string' },
  'allow-short-retention': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const;

export type OptionName = keyof typeof OPTIONS;

/** Values as they were given. */
export type OptionValues = ReturnType<typeof parseArguments>['values'];

/** A table that was found. */
export type FoundTable = { readonly name: string; readonly location: string; readonly storage: Storage };

/** What a command works with. */
export type CommandContext = {
  readonly deltaDir: string;
  readonly values: OptionValues;
  /** The table it was given; throws NOT_FOUND naming those that exist. */
  readonly table: () => Promise<FoundTable>;
  /** Whether a table was given at all. */
  readonly hasTable: boolean;
  /** What stood behind the command's name. */
  readonly rest: readonly string[];
  /** Places on a line; Infinity when nobody looks. */
  readonly width: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Tells of progress on long work. */
  readonly progress: (line: string) => void;
};

/** What a command found or did: as data, and as text for people. */
export type CommandOutput = { readonly json: unknown; readonly text: string };

export type Command = {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** Options besides the ones that every command takes. */
  readonly options: readonly OptionName[];
  readonly run: (context: CommandContext) => Promise<CommandOutput>;
};

/** Arguments that cannot be understood: told with a pointer to the help, exit code 2. */
export class UsageError extends Error {}

/** Throws UsageError for options that no command has. */
export const parseArguments = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // The rest of Node's message is about passing the argument by other means.
    throw new UsageError((error as Error).message.split(/\. /)[0], { cause: error });
  }
};

/** A whole number of at least `least`; `fallback` when the option was not given. Throws UsageError naming it. */
export const wholeNumber = <T>(
  values: OptionValues,
  option: 'limit' | 'version' | 'min-files',
  least: number,
  fallback: T,
): number | T => {
  const text = values[option];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${option} ${text}: expected a whole number of at least ${least}`);
};

/** The state of a table that the options ask for; empty for the newest. Throws UsageError naming the option. */
export const wantedState = (
  values: OptionValues,
): { readonly version?: number; readonly timestamp?: number } => {
  if (values.version !== undefined && values.timestamp !== undefined) {
    throw new UsageError('--version and --timestamp exclude each other');
  }
  const version = wholeNumber(values, 'version', 0, undefined);
  if (version !== undefined) return { version };
  if (values.timestamp === undefined) return {};
  const text = values.timestamp.trim();
  // Without a zone it is UTC, as everything here.
  const isPlain = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/.test(text);
  const timestamp = Date.parse(isPlain ? `${text.replace(' ', 'T')}${text.length > 10 ? 'Z' : ''}` : text);
  if (!Number.isNaN(timestamp)) return { timestamp };
  throw new UsageError(
    `--timestamp ${values.timestamp}: expected a moment such as 2026-01-31T12:00:00Z (UTC)`,
  );
};

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Milliseconds of `90s`, `30m`, `12h` or `7d`; undefined when not given. Throws UsageError, also for one that is not
 * safe and was not allowed.
 */
export const retentionOf = (values: OptionValues): number | undefined => {
  const { retention: text, 'allow-short-retention': allowShort = false } = values;
  if (text === undefined) return undefined;
  const match = /^(\d{1,6})\s*([smhd])$/.exec(text.trim());
  if (match === null) {
    throw new UsageError(`--retention ${text}: expected a number and a unit, e.g. 2h, 7d, 30m or 0s`);
  }
  const retention = Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  if (allowShort || retention >= SHORTEST_SAFE_RETENTION) return retention;
  throw new UsageError(
    `--retention ${text}: files that are being written or read are younger than an hour; when nobody writes or reads the table, add --allow-short-retention`,
  );
};
