import type { Comparison } from './baseline.ts';
import type { Metric } from './metric.ts';

const HEADER = ['metric', 'value', 'unit', 'goal', 'baseline', 'change'];

const goalText = ({ goal, value, better }: Metric): string => {
  if (goal === undefined) return '';
  const isMet = better === 'higher' ? value >= goal : value <= goal;
  return `${goal} (${isMet ? 'met' : 'missed'})`;
};

const changeText = (change: number | null, isRegression: boolean): string => {
  if (change === null) return '';
  const percent = Math.round(change * 100);
  return `${percent > 0 ? '+' : ''}${percent}%${isRegression ? '  WORSE' : ''}`;
};

/** The comparisons as a table; a positive change is an improvement. */
export const renderReport = (comparisons: readonly Comparison[]): string => {
  const rows = comparisons.map(({ metric, baseline, change, isRegression }) => [
    metric.name,
    String(metric.value),
    metric.unit,
    goalText(metric),
    baseline === null ? '' : String(baseline),
    changeText(change, isRegression),
  ]);
  const widths = HEADER.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  return [HEADER, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
