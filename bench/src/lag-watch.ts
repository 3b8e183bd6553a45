import { setTimeout as delay } from 'node:timers/promises';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { Position } from '@marketing-streams/stream/kafka/api';
import {
  lagOf,
  type Offsets,
  settledPositions,
  tablePositions,
} from '@marketing-streams/tests/harness/caught-up';
import {
  FURTHER_PROCESSOR_INPUTS,
  PROCESSOR_INPUTS,
  TABLE_TOPICS,
  VIEW_TOPICS,
} from '@marketing-streams/tests/harness/topology';
import type { Rig } from './rig.ts';

/** Something that reads topics and keeps positions: a processor's group, a table, the web app's view. */
export type Reader = {
  readonly name: string;
  readonly topics: readonly TopicName[];
  readonly positions: (ends: readonly Position[]) => Promise<Offsets>;
  /** How far behind it is when nothing is wrong, at the most. */
  readonly usualLagMilliseconds: number;
};

/** Ends of topics at a moment of the monotonic clock. */
export type Ends = { readonly at: number; readonly ends: readonly Position[] };

const LOOK_EVERY_MILLISECONDS = 100;
const PATIENCE_MILLISECONDS = 120_000;

/** A quick hop, and a table that is committed once a second. */
const USUAL_LAG_MILLISECONDS = { stream: 500, table: 2000 };

const tablesIn = (layer: string): readonly string[] =>
  Object.keys(TABLE_TOPICS).filter((table) => table.startsWith(`${layer}/`));

const tablesOf: Readonly<Record<string, readonly string[]>> = {
  bronze: tablesIn('bronze'),
  silver: tablesIn('silver'),
  gold: tablesIn('gold').filter((table) => table !== 'gold/propensity'),
  scorer: ['gold/propensity'],
};

type Groups = Readonly<Record<string, readonly TopicName[]>>;

/** The groups of a service's processors with what they read. Most have one, named as the service is. */
const groupsOf = (service: string): Groups => {
  const further: Readonly<Record<string, Groups>> = FURTHER_PROCESSOR_INPUTS;
  const groups = service === 'gold' ? ['gold', 'campaign-performance', 'segment-sizes'] : [service];
  return (
    further[service] ??
    Object.fromEntries(Object.entries(PROCESSOR_INPUTS).filter(([group]) => groups.includes(group)))
  );
};

/** Everything a service reads with. */
export const readersOf = ({ access, view, pipeline }: Rig, service: string): readonly Reader[] => {
  const groups = Object.entries(groupsOf(service)).map(
    ([group, topics]): Reader => ({
      name: `group ${group}`,
      topics,
      usualLagMilliseconds: USUAL_LAG_MILLISECONDS.stream,
      positions: async (ends) => {
        const admin = access.kafka.admin();
        try {
          return await settledPositions(admin, group, ends);
        } finally {
          await admin.close();
        }
      },
    }),
  );
  const tables = (tablesOf[service] ?? []).map(
    (table): Reader => ({
      name: `table ${table}`,
      topics: [TABLE_TOPICS[table]!],
      usualLagMilliseconds: USUAL_LAG_MILLISECONDS.table,
      positions: () => tablePositions(pipeline.deltaDirectory, table),
    }),
  );
  const live: readonly Reader[] =
    service === 'webapp'
      ? [
          {
            name: 'the view',
            topics: VIEW_TOPICS,
            usualLagMilliseconds: USUAL_LAG_MILLISECONDS.stream,
            positions: view.positions,
          },
        ]
      : [];
  return [...groups, ...tables, ...live];
};

/**
 * The newest ends that a reader has to be past to be as little behind as usual; null when all that is old enough
 * is from before `since`.
 */
export const endsToPass = (history: readonly Ends[], since: number, now: number, usualLag: number) =>
  history.findLast(({ at }) => at >= since && at <= now - usualLag)?.ends ?? null;

/** When the reader was only as far behind as usual for the first time after `since`; traffic has to be flowing. */
const recoveredAt = async (rig: Rig, reader: Reader, since: number): Promise<number> => {
  const { kafka } = rig.access;
  const admin = kafka.admin();
  const history: Ends[] = [];
  try {
    for (;;) {
      history.push({ at: performance.now(), ends: await admin.endOffsets(reader.topics) });
      const looked = performance.now();
      const passed = endsToPass(history, since, looked, reader.usualLagMilliseconds);
      if (passed !== null) {
        const lag = await lagOf(kafka, reader.name, passed, await reader.positions(passed));
        if (lag === null) return looked;
        if (looked > since + PATIENCE_MILLISECONDS) throw new Error(`no recovery: ${lag}`);
      }
      await delay(LOOK_EVERY_MILLISECONDS);
    }
  } finally {
    await admin.close();
  }
};

/** Resolves to when everything the service reads with was only as far behind as usual again. */
export const serviceRecoveredAt = async (rig: Rig, service: string, since: number): Promise<number> =>
  Math.max(...(await Promise.all(readersOf(rig, service).map((reader) => recoveredAt(rig, reader, since)))));
