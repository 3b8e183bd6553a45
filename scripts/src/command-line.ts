import { parseArgs } from 'node:util';
import { messageOf } from '@marketing-streams/platform/errors';

/** A command of the Makefile: what `--help` says, and what it does. */
export type Command = {
  readonly help: string;
  /** Rejects with an error whose message tells the user what to do. */
  readonly run: () => Promise<void>;
};

/** Exit code for arguments a command does not take. */
const BAD_USAGE = 2;

/**
 * Runs a command that takes its settings from the environment: exit code 0 when it is done, 1 with one line on
 * standard error when it failed, 2 for arguments it does not know.
 */
export const runCommand = async ({ help, run }: Command): Promise<void> => {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
    if (values.help === true) return console.log(help);
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${help}`);
    process.exitCode = BAD_USAGE;
    return;
  }
  try {
    await run();
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
};

/** Rows of text as a table with aligned columns. */
export const formatTable = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
