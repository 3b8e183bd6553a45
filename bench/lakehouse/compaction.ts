import type { TableState } from './engine.ts';
import { type PeakMemory, startDeltaRs, startOurs } from './engine.ts';
import type { Part } from './options.ts';
import { caseMetrics, takeTurns } from './samples.ts';

const FILES = 100;
const ROWS_PER_FILE = 1000;
const RUNS = 3;

/** A hundred small files of an append table into one, in a fresh process each time. */
export const measureCompaction: Part = async (workspace, { profile }) => {
  const memory: Record<'ours' | 'theirs', PeakMemory> = {
    ours: { resident: 0, anonymous: 0 },
    theirs: { resident: 0, anonymous: 0 },
  };
  const keep = (side: 'ours' | 'theirs', { resident, anonymous }: PeakMemory): void => {
    memory[side] = {
      resident: Math.max(memory[side].resident, resident),
      anonymous: Math.max(memory[side].anonymous, anonymous),
    };
  };
  const tables = await Promise.all(
    Array.from({ length: RUNS }, () => workspace.tables(FILES * ROWS_PER_FILE, ROWS_PER_FILE, 'append')),
  );
  const [a, b] = await takeTurns([
    {
      turns: RUNS,
      take: async (turn) => {
        const engine = startOurs(profile);
        await engine.run({ do: 'open', path: tables[turn]!.ours });
        const sample = await engine.run({ do: 'optimize', minFiles: 2 });
        const { files, visibleRows } = (await engine.run({ do: 'describe' })).value as TableState;
        if (files !== 1 || visibleRows !== FILES * ROWS_PER_FILE)
          throw new Error(`${files} files with ${visibleRows} rows are left after compaction`);
        keep('ours', await engine.stop());
        return sample;
      },
    },
    {
      turns: RUNS,
      take: async (turn) => {
        const engine = await startDeltaRs();
        await engine.run({ do: 'open', path: tables[turn]!.theirs });
        const sample = await engine.run({ do: 'compact' });
        keep('theirs', await engine.stop());
        return sample;
      },
    },
  ]);
  for (const { ours, theirs } of tables) workspace.remove(ours, theirs);
  return caseMetrics(`compaction.${FILES}_files`, {
    ours: { samples: a!, memory: memory.ours },
    delta_rs: { samples: b!, memory: memory.theirs },
  });
};
