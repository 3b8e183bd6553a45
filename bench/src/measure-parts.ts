import type { Comparison } from './baseline.ts';
import { betterOf, type Metric } from './metric.ts';

/** The figures of one part. */
type MeasuredPart<Name extends string> = {
  readonly name: Name;
  readonly metrics: readonly Metric[];
};

/** Two measurements of one part as one: of each judged figure the better, of the others the later. */
export const bestOf = (former: readonly Metric[], later: readonly Metric[]): readonly Metric[] => {
  const before = new Map(former.map((metric) => [metric.name, metric]));
  const after = new Set(later.map(({ name }) => name));
  return [
    ...later.map((metric) => {
      const earlier = before.get(metric.name);
      return earlier === undefined ? metric : betterOf(earlier, metric);
    }),
    ...former.filter(({ name }) => !after.has(name)),
  ];
};

/**
 * Measures the parts one after the other; a part with a figure that fell is measured again, up to `tries` times
 * in all, and the better figure counts. Other load on the machine only ever makes a figure worse, so that a fall
 * that was noise is gone the second time, and one that the code brought about is there again.
 */
export const measureParts = async <Name extends string>(
  names: readonly Name[],
  options: {
    readonly measure: (name: Name) => Promise<readonly Metric[]>;
    readonly compared: (metrics: readonly Metric[]) => readonly Comparison[];
    /** Clears away what the former round left. */
    readonly beforeEachRound: () => Promise<void>;
    readonly tries: number;
    readonly say: (text: string) => void;
  },
): Promise<readonly MeasuredPart<Name>[]> => {
  const { measure, compared, beforeEachRound, tries, say } = options;
  const fallen = (metrics: readonly Metric[]): readonly string[] =>
    compared(metrics).flatMap(({ isRegression, metric: { name } }) => (isRegression ? [name] : []));
  const measured: MeasuredPart<Name>[] = [];
  for (const name of names) measured.push({ name, metrics: await measure(name) });
  for (let attempt = 1; attempt < tries; attempt++) {
    await beforeEachRound();
    for (const [index, { name, metrics }] of measured.entries()) {
      const worse = fallen(metrics);
      if (worse.length === 0) continue;
      say(`${name} again, since it fell: ${worse.join(', ')}`);
      measured[index] = { name, metrics: bestOf(metrics, await measure(name)) };
    }
  }
  return measured;
};
