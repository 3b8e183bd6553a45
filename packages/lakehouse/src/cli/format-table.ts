export type TableColumn = {
  readonly title: string;
  /** Numbers are aligned to the right. */
  readonly align?: 'left' | 'right';
};

const GAP = '  ';

/** Columns are never made narrower than this; those that do not fit even so are left out. */
const NARROWEST = 8;

/** Characters as a terminal counts them, nearly: a letter with its accents is one. */
const characters = (text: string): string[] =>
  [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);

/** Wide letters (Chinese, emoji) take two places. */
const placesOf = (character: string): number =>
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}]/u.test(character) ? 2 : 1;

const widthOf = (text: string): number =>
  /^[\x20-\x7e]*$/.test(text)
    ? text.length
    : characters(text).reduce((sum, character) => sum + placesOf(character), 0);

const cut = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text;
  let places = 0;
  let kept = '';
  for (const character of characters(text)) {
    places += placesOf(character);
    if (places > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
};

const pad = (text: string, width: number, align: 'left' | 'right'): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'right' ? space + text : text + space;
};

/** The widths that fit into `width`: the widest columns give way first, the last ones are left out if need be. */
const fitWidths = (wanted: readonly number[], width: number): readonly number[] => {
  const widths = [...wanted];
  const total = (): number => widths.reduce((sum, column) => sum + column + GAP.length, -GAP.length);
  while (total() > width) {
    const widest = Math.max(...widths);
    if (widest > NARROWEST) widths[widths.indexOf(widest)] = widest - 1;
    else if (widths.length > 1) widths.pop();
    else return widths;
  }
  return widths;
};

/**
 * Rows of text as a table: a line of titles, aligned columns, cells cut with `…` where the terminal is too narrow;
 * a last line tells of columns for which there was no room at all.
 */
export const formatTable = (
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): string => {
  const wanted = columns.map(({ title }, index) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[index] ?? '')), widthOf(title)),
  );
  const widths = Number.isFinite(width) ? fitWidths(wanted, width) : wanted;
  const line = (cells: readonly string[]): string =>
    widths
      .map((places, index) => pad(cut(cells[index] ?? '', places), places, columns[index]!.align ?? 'left'))
      .join(GAP)
      .trimEnd();
  const lines = [line(columns.map(({ title }) => title)), ...rows.map(line)];
  const left = columns.slice(widths.length).map(({ title }) => title);
  if (left.length > 0) lines.push(`… and ${left.length} more columns: ${left.join(', ')}`);
  return lines.join('\n');
};

/** Names and values below each other, the values aligned. */
export const formatPairs = (pairs: readonly (readonly [name: string, value: string])[]): string => {
  const width = Math.max(...pairs.map(([name]) => widthOf(name)));
  return pairs.map(([name, value]) => `${pad(name, width, 'left')}  ${value}`.trimEnd()).join('\n');
};
