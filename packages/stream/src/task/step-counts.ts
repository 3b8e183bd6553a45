import type { Pipeline, PipelineResult } from '../pipeline.ts';

/** What metrics tell of the ways that records took. */
export type StepCounts = {
  readonly note: (pipeline: Pipeline, result: PipelineResult) => void;
  readonly told: () => {
    /** Step name → records that reached it. */
    readonly reached: ReadonlyMap<string, number>;
    /** `step/reason` → records dropped. */
    readonly dropped: ReadonlyMap<string, number>;
  };
};

type Ways = { through: number; readonly endedAt: Map<string, number> };

const add = (counts: Map<string, number>, key: string, count: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + count);
};

/** Counts where records come to their end; how many reached a step follows from that. */
export const createStepCounts = (): StepCounts => {
  const ways = new Map<Pipeline, Ways>();
  const dropped = new Map<string, number>();
  return {
    note: (pipeline, result) => {
      let way = ways.get(pipeline);
      if (way === undefined) {
        way = { through: 0, endedAt: new Map() };
        ways.set(pipeline, way);
      }
      if (result.kind === 'ok') {
        way.through += 1;
        return;
      }
      add(way.endedAt, result.step, 1);
      if (result.kind === 'drop') add(dropped, `${result.step}/${result.reason}`, 1);
    },
    told: () => {
      const reached = new Map<string, number>();
      for (const [{ steps }, { through, endedAt }] of ways) {
        let count = through;
        for (const step of steps.toReversed()) {
          count += endedAt.get(step) ?? 0;
          add(reached, step, count);
        }
      }
      return { reached, dropped };
    },
  };
};
