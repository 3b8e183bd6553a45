import type { Metric } from '../src/metric.ts';

const SIDES = ['ours', 'delta_rs', 'delta_rs_arrow'];
const FIGURES = ['p50_ms', 'p99_ms', 'cpu_ms', 'anonymous_mb', 'resident_mb'];
const HEADER = ['case', 'side', ...FIGURES, 'faster', 'CPU'];

/** Columns of text, two blanks apart; all but the first two to the right. */
const aligned = (rows: readonly (readonly string[])[]): string => {
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/**
 * The cases as a table, a line for each side; `faster` is how many times delta-rs's time is ours, `CPU` how many
 * times its CPU time ours is. Figures that belong to no case are left out.
 */
export const renderSides = (metrics: readonly Metric[]): string => {
  const values = new Map(metrics.map(({ name, value }) => [name, value]));
  const cases = new Set(
    metrics.flatMap(({ name }) => (name.endsWith('.p50_ms') ? [name.split('.').slice(0, -2).join('.')] : [])),
  );
  const cell = (name: string, suffix = ''): string => {
    const value = values.get(name);
    return value === undefined ? '' : `${value}${suffix}`;
  };
  const rows = [...cases].flatMap((name) =>
    SIDES.filter((side) => values.has(`${name}.${side}.p50_ms`)).map((side) => [
      name,
      side.replaceAll('_', '-'),
      ...FIGURES.map((figure) => cell(`${name}.${side}.${figure}`)),
      ...(side === 'ours' ? [cell(`${name}.times_faster`, '×'), cell(`${name}.cpu_ratio`, '×')] : ['', '']),
    ]),
  );
  return rows.length === 0 ? '' : aligned([HEADER, ...rows]);
};
