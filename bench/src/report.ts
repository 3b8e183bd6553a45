import type { Comparison } from './baseline.ts';
import { type Metric, meetsGoal } from './metric.ts';

const HEADER = ['metric', 'goal', 'figure', 'unit', 'baseline', 'ratio'];

const goalText = (metric: Metric): string =>
  metric.goal === undefined ? '' : `${metric.goal} (${meetsGoal(metric) === true ? 'met' : 'missed'})`;

/** 1.00 is as good as the baseline, 2.00 twice as good. */
const ratioText = (ratio: number | null, isRegression: boolean): string =>
  ratio === null ? '' : `${ratio.toFixed(2)}${isRegression ? '  WORSE' : ''}`;

/** Cells as lines of aligned columns, two blanks apart; those named are aligned to the right. */
export const alignedColumns = (
  rows: readonly (readonly string[])[],
  toTheRight: (column: number) => boolean = () => false,
): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          toTheRight(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** The comparisons as a table; a ratio above 1 is an improvement. */
export const renderReport = (comparisons: readonly Comparison[]): string =>
  alignedColumns([
    HEADER,
    ...comparisons.map(({ metric, baseline, ratio, isRegression }) => [
      metric.name,
      goalText(metric),
      String(metric.value),
      metric.unit,
      baseline === null ? '' : String(baseline),
      ratioText(ratio, isRegression),
    ]),
  ]);
