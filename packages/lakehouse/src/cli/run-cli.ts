import { deltaShape } from '@marketing-streams/platform/common-config';
import { loadConfig } from '@marketing-streams/platform/config';
import { messageOf } from '@marketing-streams/platform/errors';
import { type Command, type FoundTable, parseArguments, UsageError } from './command.ts';
import { describeTable } from './commands/describe-table.ts';
import { listTables } from './commands/list-tables.ts';
import { optimizeTable } from './commands/optimize-table.ts';
import { previewTable } from './commands/preview-table.ts';
import { queryTables } from './commands/query-tables.ts';
import { tableFiles } from './commands/table-files.ts';
import { tableHistory } from './commands/table-history.ts';
import { vacuumTable } from './commands/vacuum-table.ts';
import { findTable } from './find-table.ts';

const TABLE_COMMANDS = [
  describeTable,
  tableHistory,
  tableFiles,
  previewTable,
  queryTables,
  optimizeTable,
  vacuumTable,
];

const HELP = `Usage: npm run lakehouse                                  all tables
       npm run lakehouse -- <table> [command] [options]   one table; describe unless told
       npm run lakehouse -- query "<SQL>" [options]       SQL over all tables

<table> is a name such as silver.orders, or the path or s3:// URL of any Delta table.

Commands:
${TABLE_COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join('\n')}

Options of every command:
  --delta-dir DIR  folder or s3:// URL of the tables; default DELTA_DIR, else delta_dir in config/default.yaml
  --json           data for programs instead of text (with npm run --silent, which keeps npm quiet)
  --help           what a command takes: npm run lakehouse -- <command> --help

Exit code: 0 done, 1 failed, 2 wrong usage.`;

/** What the command prints on. */
export type Terminal = {
  /** Places on a line; Infinity when nobody looks. */
  readonly width: number;
  readonly progress: (line: string) => void;
};

/** How a run ended: `output` goes to standard output when the code is 0, else to standard error. */
export type CliResult = { readonly code: 0 | 1 | 2; readonly output: string };

/** What the words of the command line mean. */
type Request = { readonly command: Command; readonly table: string | null; readonly rest: readonly string[] };

const commandNamed = (name: string | undefined): Command | undefined =>
  [listTables, ...TABLE_COMMANDS].find((command) => command.name === name);

const readWords = (words: readonly string[]): Request => {
  const [first, second, ...rest] = words;
  if (first === undefined) return { command: listTables, table: null, rest: [] };
  const leading = commandNamed(first);
  if (leading === listTables || leading === queryTables) {
    return { command: leading, table: null, rest: words.slice(1) };
  }
  // `describe silver.orders` is as good as `silver.orders describe`.
  if (leading !== undefined) return { command: leading, table: second ?? null, rest };
  if (second === undefined) return { command: describeTable, table: first, rest: [] };
  const command = commandNamed(second);
  if (command !== undefined && command !== listTables) return { command, table: first, rest };
  throw new UsageError(
    `unknown command ${second}; there are ${TABLE_COMMANDS.map(({ name }) => name).join(', ')}`,
  );
};

const COMMON_OPTIONS = ['delta-dir', 'json', 'help'];

const requireOptions = (command: Command, given: readonly string[]): void => {
  for (const option of given) {
    if (COMMON_OPTIONS.includes(option) || command.options.some((name) => name === option)) continue;
    throw new UsageError(`${command.name} has no option --${option}`);
  }
};

const deltaDirOf = (given: string | undefined): string =>
  given ?? loadConfig('lakehouse', { delta_dir: deltaShape.delta_dir }).delta_dir;

/** Names and messages come from tables of anybody: what would move a terminal's cursor is not shown. */
const printable = (text: string): string => text.replaceAll(/[^\P{Cc}\n]/gu, '\ufffd');

const perform = async (args: readonly string[], terminal: Terminal): Promise<string> => {
  const { values, positionals } = parseArguments(args);
  if (values.help === true && positionals.length === 0) return HELP;
  const request = readWords(positionals);
  const { command, table, rest } = request;
  if (values.help === true) return command.help;
  requireOptions(command, Object.keys(values));
  if (command !== queryTables && rest.length > 0) throw new UsageError(`${command.name} takes no ${rest[0]}`);
  if (table === null && command !== queryTables && command !== listTables) {
    throw new UsageError(`${command.name} of which table?`);
  }
  const deltaDir = deltaDirOf(values['delta-dir']);
  let found: Promise<FoundTable> | null = null;
  const output = await command.run({
    deltaDir,
    values,
    rest,
    hasTable: table !== null,
    table: () => {
      found ??= findTable(deltaDir, table!);
      return found;
    },
    width: terminal.width,
    now: Date.now,
    progress: (line) => {
      if (values.json !== true) terminal.progress(line);
    },
  });
  return values.json === true ? JSON.stringify(output.json, null, 2) : printable(output.text);
};

/** Runs `npm run lakehouse` with the arguments behind `--`. Never throws: what went wrong is in the output. */
export const runCli = async (args: readonly string[], terminal: Terminal): Promise<CliResult> => {
  try {
    return { code: 0, output: await perform(args, terminal) };
  } catch (error) {
    if (!(error instanceof UsageError)) return { code: 1, output: printable(messageOf(error)) };
    return {
      code: 2,
      output: `${printable(messageOf(error))}\n\nnpm run lakehouse -- --help tells how to use it.`,
    };
  }
};
