import { pick } from '@marketing-streams/domain/simulation/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTopic } from '../src/harness/read-topic.ts';
import { type LogEntry, logMark, logSince } from '../src/harness/service-log.ts';
import type { ServiceProcess } from '../src/harness/service-process.ts';
import { PROCESSOR_INPUTS } from '../src/harness/topology.ts';
import { waitUntil } from '../src/harness/wait-until.ts';
import { faultSeeds, isFullRun } from './fault-runs.ts';
import { rowsOutOfOrder } from './order.ts';
import { type FaultRig, startFaultRig } from './rig.ts';

const SCALED = ['silver', 'gold'] as const;
type Scaled = (typeof SCALED)[number];

const TASKS = 3;
const ROUNDS = 2;
const SCALED_WITHIN_MILLISECONDS = 60_000;
const TEST_MILLISECONDS = 600_000;

/** What a task that was handed over properly never has to do. */
const REDONE = ['rebuilding the state', 'folding inputs again that the state lacks', 'recovering: '];

/** An instance, and where its log stood when the counting began. */
type Counted = { readonly instance: ServiceProcess; readonly mark: number };

describe.runIf(isFullRun).each(faultSeeds())('with seed %i', (seed) => {
  const running = new Map<Scaled, ServiceProcess[]>();
  const counted: Record<Scaled, Counted[]> = { silver: [], gold: [] };
  const inputsBefore = new Map<Scaled, number>();
  let rig: FaultRig;

  const inputsOf = async (name: Scaled): Promise<number> => {
    const topics = PROCESSOR_INPUTS[name] ?? [];
    return (await Promise.all(topics.map((topic) => readTopic(rig.access.kafka, topic)))).flat().length;
  };

  const atRest = async (action: () => Promise<void>): Promise<void> => {
    await rig.drive.pause();
    await rig.access.caughtUp();
    await action();
    rig.drive.resume();
  };

  beforeAll(async () => {
    rig = await startFaultRig({ name: 'scaling', seed, rate: 300, tasks: TASKS });
    // A start beside a broker that starts too may go through recoveries: it does not count.
    await atRest(async () => {
      for (const name of SCALED) {
        const instance = rig.pipeline.services[name];
        running.set(name, [instance]);
        inputsBefore.set(name, await inputsOf(name));
        await instance.shutDown();
        counted[name].push({ instance, mark: logMark(instance) });
        await instance.startAgain();
      }
    });
  });

  afterAll(() => rig?.stop());

  const entriesOf = (name: Scaled): readonly LogEntry[] =>
    counted[name].flatMap(({ instance, mark }) => logSince(instance, mark));

  /** Partitions that the instance got when it joined its group last; null when it never did. */
  const shareOf = (instance: ServiceProcess): unknown =>
    logSince(instance).findLast(({ msg, group }) => msg === 'joined the group' && group === instance.name)?.[
      'partitions'
    ] ?? null;

  const sharedEvenly = (name: Scaled): Promise<void> =>
    waitUntil(
      `every instance of ${name} has as many tasks`,
      async () => {
        const shares = (running.get(name) ?? []).map(shareOf);
        return new Set(shares).size === 1 && Number(shares[0]) > 0 ? null : `shares are ${shares.join(', ')}`;
      },
      SCALED_WITHIN_MILLISECONDS,
    );

  const scaleUp = async (name: Scaled): Promise<void> => {
    const added = await Promise.all(
      Array.from({ length: TASKS - 1 }, () => rig.pipeline.startInstance(name)),
    );
    counted[name].push(...added.map((instance) => ({ instance, mark: 0 })));
    running.get(name)!.push(...added);
    await sharedEvenly(name);
  };

  const scaleDown = async (name: Scaled): Promise<void> => {
    const kept = pick(rig.random, running.get(name)!);
    const ended = running.get(name)!.filter((instance) => instance !== kept);
    running.set(name, [kept]);
    await Promise.all(ended.map((instance) => instance.stop()));
  };

  it(
    'takes no harm when silver and gold are scaled from one instance to three and back',
    async () => {
      for (let round = 1; round <= ROUNDS; round++) {
        await rig.strike(`silver and gold go from 1 to ${TASKS} instances`, async () => {
          await Promise.all(SCALED.map(scaleUp));
        });
        await rig.strike(`silver and gold go from ${TASKS} instances to 1`, async () => {
          await Promise.all(SCALED.map(scaleDown));
        });
      }
      await rig.agreeAtTheEnd();
      rig.drive.resume();
    },
    TEST_MILLISECONDS,
  );

  it('keeps the order of every row', async () => {
    expect(await rowsOutOfOrder(rig.access)).toEqual([]);
  });

  it(
    'answers for every input once, and does no finished work again',
    () =>
      atRest(async () => {
        for (const name of SCALED) {
          const inputs = (await inputsOf(name)) - (inputsBefore.get(name) ?? 0);
          await Promise.all(running.get(name)!.map((instance) => instance.shutDown()));
          const entries = entriesOf(name);
          const ended = entries.filter(({ msg }) => msg === 'the task has ended here');
          expect(ended.length).toBeGreaterThanOrEqual(TASKS * (2 * ROUNDS + 1));
          const records = ended.reduce((sum, entry) => sum + Number(entry['records']), 0);
          expect({ name, records }).toEqual({ name, records: inputs });
          expect(entries.filter(({ msg }) => REDONE.some((start) => msg.startsWith(start)))).toEqual([]);
        }
        for (const name of SCALED) await Promise.all(running.get(name)!.map((one) => one.startAgain()));
      }),
    TEST_MILLISECONDS,
  );
});
