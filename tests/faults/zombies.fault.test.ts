import { integerBetween } from '@marketing-streams/domain/simulation/random';
import type { FailPoint } from '@marketing-streams/platform/fail-points';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogEntry, logMark, logSince } from '../src/harness/service-log.ts';
import type { ServiceName, ServiceProcess } from '../src/harness/service-process.ts';
import { waitUntil } from '../src/harness/wait-until.ts';
import { faultSeeds, isFullRun } from './fault-runs.ts';
import { rowsOutOfOrder } from './order.ts';
import { type FaultRig, startFaultRig } from './rig.ts';

/*
 * A zombie is frozen in the middle of its work for longer than its session, another instance takes over, and then
 * it wakes and goes on where it was. Its late write has to be refused by what it writes to: by Kafka (its producer is
 * fenced), by a table (its positions are not where it left them), by the state store (which has another owner).
 */

/** The log entry by which a refusal shows. */
type Refusal = { readonly by: string; readonly isTold: (entry: LogEntry) => boolean };

const KAFKA: Refusal = {
  by: 'Kafka',
  isTold: ({ msg, by }) => by === 'kafka' && msg.startsWith('refused as a former owner'),
};
const STATE: Refusal = {
  by: 'the state store',
  isTold: ({ msg, by }) => by === 'state' && msg.startsWith('refused as a former owner'),
};
const DELTA: Refusal = {
  by: 'Delta',
  isTold: ({ code, table }) => code === 'DELTA_OFFSET_MISMATCH' && typeof table === 'string',
};

type Zombie = { readonly service: ServiceName; readonly at: FailPoint; readonly refusal: Refusal };

/** Frozen together: one of each refusal, in services that feed each other. */
const TOGETHER: readonly Zombie[] = [
  { service: 'silver', at: 'after-commit-before-state', refusal: STATE },
  { service: 'gold', at: 'before-commit', refusal: KAFKA },
  { service: 'bronze', at: 'between-parquet-and-delta-commit', refusal: DELTA },
];

const ALONE: readonly Zombie[] = [
  { service: 'silver', at: 'before-offsets', refusal: KAFKA },
  { service: 'silver', at: 'before-commit', refusal: KAFKA },
  { service: 'silver', at: 'between-parquet-and-delta-commit', refusal: DELTA },
  { service: 'gold', at: 'after-commit-before-state', refusal: STATE },
  { service: 'gold', at: 'between-parquet-and-delta-commit', refusal: DELTA },
  { service: 'scorer', at: 'after-commit-before-state', refusal: STATE },
  { service: 'gold-publisher', at: 'before-commit', refusal: KAFKA },
  { service: 'live', at: 'before-commit', refusal: KAFKA },
  { service: 'live', at: 'after-commit-before-state', refusal: STATE },
];

const SCENES: readonly (readonly Zombie[])[] = isFullRun
  ? [TOGETHER, ...ALONE.map((zombie) => [zombie])]
  : [TOGETHER];

/** The web app is one process: nobody takes over from it. */
const FROZEN_ANYWHERE: readonly ServiceName[] = isFullRun
  ? ['silver', 'gold', 'scorer', 'gold-publisher', 'live', 'bronze']
  : [];

const MOST_PASSES = 4;
const REFUSED_WITHIN_MILLISECONDS = 20_000;
const TEST_MILLISECONDS = 900_000;

const titleOf = (zombies: readonly Zombie[]): string =>
  zombies.map(({ service, at }) => `${service} ${at}`).join(', ');

describe.each(faultSeeds())('zombies, with seed %i', (seed) => {
  const twins = new Map<ServiceName, readonly ServiceProcess[]>();
  let rig: FaultRig;

  beforeAll(async () => {
    // Twice as many processes on two cores: the short run leaves them some room.
    rig = await startFaultRig({
      name: 'zombies',
      seed,
      ...(isFullRun ? { further: ['live'] } : { rate: 100 }),
    });
    const names = new Set([...SCENES.flat().map(({ service }) => service), ...FROZEN_ANYWHERE]);
    await Promise.all(
      [...names].map(async (name) => {
        twins.set(name, [rig.pipeline.services[name], await rig.pipeline.startInstance(name)]);
      }),
    );
  });

  afterAll(() => rig?.stop());

  const anyOf = (name: ServiceName): ServiceProcess => twins.get(name)![integerBetween(rig.random, 0, 1)]!;

  it.each(SCENES.map((zombies) => ({ title: titleOf(zombies), zombies })))(
    'frozen, the late writes are refused: $title',
    async ({ title, zombies }) => {
      const frozen = zombies.map(({ service, at, refusal }) => {
        const count = integerBetween(rig.random, 1, MOST_PASSES);
        return { instance: anyOf(service), fault: { at, count }, refusal };
      });
      await rig.strike(`freeze: ${title}`, async (struck) => {
        await Promise.all(frozen.map(({ instance, fault }) => instance.freezeAt(fault)));
        struck();
      });
      const marks = frozen.map(({ instance }) => logMark(instance));
      const refusals = frozen.map(({ instance, refusal }, at) => async (): Promise<string | null> => {
        const isRefused = logSince(instance, marks[at]).some(refusal.isTold);
        return isRefused ? null : `${refusal.by} has refused nothing, see ${instance.logFile}`;
      });
      await rig.strike(`wake: ${title}`, async () => {
        for (const { instance } of frozen) instance.wake();
        for (const isRefused of refusals)
          await waitUntil('the late write is refused', isRefused, REFUSED_WITHIN_MILLISECONDS);
      });
      await rig.agree();
    },
    TEST_MILLISECONDS,
  );

  for (const service of FROZEN_ANYWHERE) {
    it(
      `${service} may freeze anywhere`,
      async () => {
        const zombie = anyOf(service);
        await rig.strike(`freeze: ${service} anywhere`, zombie.freeze);
        await rig.strike(`wake: ${service}`, async () => zombie.wake());
        await rig.agree();
      },
      TEST_MILLISECONDS,
    );
  }

  it(
    'what every store holds in the end is what was sent, in order',
    async () => {
      // The scene has ended with the ledger in every store; what other readers see is for the long run.
      if (isFullRun) await rig.agreeAtTheEnd();
      expect(await rowsOutOfOrder(rig.access)).toEqual([]);
    },
    TEST_MILLISECONDS,
  );
});
