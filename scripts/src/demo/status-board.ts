/** One process on the board. */
export type StatusRow = {
  readonly name: string;
  /** "ready", "starting", "restarts in 0.4 s", "not ready: …". */
  readonly state: string;
  readonly pid: number | null;
  readonly restarts: number;
};

/** A text stream that may be a terminal; `process.stdout` is one. */
export type BoardOutput = {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
  readonly write: (text: string) => unknown;
};

export type StatusBoard = {
  /** Changes what is known of a process; `silently` when off a terminal no line is to say so. */
  readonly update: (name: string, change: Partial<Omit<StatusRow, 'name'>>, how?: 'silently') => void;
  /** Writes a line that stays. */
  readonly line: (text: string) => void;
  /** Draws what is still to be drawn; nothing is redrawn in place after that. */
  readonly close: () => void;
};

const REDRAW_MILLISECONDS = 250;
const DEFAULT_COLUMNS = 100;

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The line of one process. */
export const renderRow = (row: StatusRow, nameWidth: number, columns: number): string => {
  const details = [
    row.pid === null ? '' : `process ${row.pid}`,
    row.restarts === 0 ? '' : plural(row.restarts, 'restart'),
  ].filter((detail) => detail !== '');
  const suffix = details.length === 0 ? '' : `  ${details.join(', ')}`;
  return `  ${row.name.padEnd(nameWidth)}  ${row.state}${suffix}`.slice(0, columns - 1);
};

/**
 * One line for each process. On a terminal they stay at the bottom and are redrawn in place, at most four times
 * a second and only when something has changed; elsewhere a line is written each time a process's state changes.
 */
export const statusBoard = (names: readonly string[], output: BoardOutput): StatusBoard => {
  const rows = new Map<string, StatusRow>(
    names.map((name) => [name, { name, state: 'waiting', pid: null, restarts: 0 }]),
  );
  const nameWidth = Math.max(...names.map((name) => name.length));
  const inPlace = output.isTTY === true && (output.rows ?? 0) > names.length + 2;
  let drawn = false;
  let timer: NodeJS.Timeout | undefined;

  const erase = (): string => (drawn ? `\u001b[${names.length}A\r\u001b[J` : '');
  const board = (): string =>
    [...rows.values()]
      .map((row) => `${renderRow(row, nameWidth, output.columns ?? DEFAULT_COLUMNS)}\n`)
      .join('');
  const draw = (): void => {
    clearTimeout(timer);
    timer = undefined;
    output.write(erase() + board());
    drawn = true;
  };

  return {
    update: (name, change, how) => {
      const before = rows.get(name);
      if (before === undefined) return;
      const after = { ...before, ...change };
      rows.set(name, after);
      if (inPlace) timer ??= setTimeout(draw, REDRAW_MILLISECONDS);
      else if (how !== 'silently' && after.state !== before.state)
        output.write(`${renderRow(after, nameWidth, 400)}\n`);
    },
    line: (text) => {
      if (!inPlace) {
        output.write(`${text}\n`);
        return;
      }
      output.write(`${erase()}${text}\n`);
      drawn = false;
      draw();
    },
    close: () => {
      if (timer !== undefined) draw();
      drawn = false;
    },
  };
};
