import type { Response } from 'express';

/** What a cell can hold; null is an empty one. */
export type Cell = string | number | boolean | null;

/**
 * What makes a spreadsheet read text as a formula, at its beginning (OWASP, "CSV Injection"); the wide forms are what
 * East Asian versions of Excel take for the same.
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NEEDS_QUOTES = /[",\r\n]/;

/** Tells Excel that what follows is UTF-8; readers that know UTF-8 pass over it. */
const BYTE_ORDER_MARK = '\uFEFF';

const cellText = (cell: Cell): string => {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

/**
 * One line as RFC 4180 has it. Text that a spreadsheet would run as a formula gets an apostrophe in front, phone numbers
 * like +49 30 1234 too, which it would otherwise add up. Numbers stay as they are.
 */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(cellText).join(',')}\r\n`;

/** A name for a downloaded file: only what every system takes. */
const fileName = (name: string): string => name.replace(/[^\w.-]+/g, '-');

/**
 * Answers with a CSV file, some rows at a time and no faster than the reader takes them; stops when the reader has gone.
 * An error before the first rows is thrown, so that it can be answered; a later one breaks the download off.
 */
export const sendCsv = async (
  response: Response,
  name: string,
  header: readonly string[],
  pieces: AsyncIterable<readonly (readonly Cell[])[]>,
): Promise<void> => {
  const iterator = pieces[Symbol.asyncIterator]();
  let piece = await iterator.next();
  response.set({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${fileName(name)}"`,
    'cache-control': 'no-store',
  });
  // One listener for all waits: under compression it sits on another stream, from which none could be taken away.
  let wake = (): void => {};
  response.on('drain', () => wake());
  response.once('close', () => wake());
  response.write(BYTE_ORDER_MARK + csvLine(header));
  try {
    while (piece.done !== true && !response.destroyed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      if (!response.write(piece.value.map(csvLine).join(''))) await promise;
      piece = await iterator.next();
    }
    response.end();
  } catch (error) {
    response.destroy(error as Error);
  } finally {
    await iterator.return?.();
  }
};
