import { integerBetween } from '@marketing-streams/domain/simulation/random';
import type { FailPoint } from '@marketing-streams/platform/fail-points';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type LogEntry, logMark, logSince } from '../src/harness/service-log.ts';
import type { ServiceName, ServiceProcess } from '../src/harness/service-process.ts';
import { waitUntil } from '../src/harness/wait-until.ts';
import { faultSeeds, isFullRun } from './fault-runs.ts';
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

/** The first are the selection. */
const ZOMBIES: readonly Zombie[] = [
  { service: 'silver', at: 'after-commit-before-state', refusal: STATE },
  { service: 'gold', at: 'before-commit', refusal: KAFKA },
  { service: 'bronze', at: 'between-parquet-and-delta-commit', refusal: DELTA },
  { service: 'silver', at: 'before-commit', refusal: KAFKA },
  { service: 'silver', at: 'before-offsets', refusal: KAFKA },
  { service: 'silver', at: 'between-parquet-and-delta-commit', refusal: DELTA },
  { service: 'gold', at: 'after-commit-before-state', refusal: STATE },
  { service: 'gold', at: 'between-parquet-and-delta-commit', refusal: DELTA },
  { service: 'gold-publisher', at: 'before-commit', refusal: KAFKA },
  { service: 'scorer', at: 'after-commit-before-state', refusal: STATE },
];
const ZOMBIES_IN_SELECTION = 3;
const MOST_PASSES = 4;

/** The web app has no group of its own to be taken over in: it is one process. */
const FROZEN_ANYWHERE: readonly ServiceName[] = ['silver', 'gold', 'scorer', 'gold-publisher', 'bronze'];

const REFUSED_WITHIN_MILLISECONDS = 20_000;
const TEST_MILLISECONDS = 900_000;

describe.each(faultSeeds())('with seed %i', (seed) => {
  const zombies = isFullRun ? ZOMBIES : ZOMBIES.slice(0, ZOMBIES_IN_SELECTION);
  const twins = new Map<ServiceName, readonly ServiceProcess[]>();
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await startFaultRig({ name: 'zombies', seed });
    const names = new Set([...zombies.map(({ service }) => service), ...(isFullRun ? FROZEN_ANYWHERE : [])]);
    for (const name of names) {
      twins.set(name, [rig.pipeline.services[name], await rig.pipeline.startInstance(name)]);
    }
  });

  afterAll(() => rig?.stop());

  const anyOf = (name: ServiceName): ServiceProcess => twins.get(name)![integerBetween(rig.random, 0, 1)]!;

  it.each(zombies)('$service frozen $at is refused by $refusal.by', async ({ service, at, refusal }) => {
    const zombie = anyOf(service);
    const count = integerBetween(rig.random, 1, MOST_PASSES);
    await rig.strike(`${service} freezes ${at} (time ${count})`, async (struck) => {
      await zombie.freezeAt({ at, count });
      struck();
    });
    const mark = logMark(zombie);
    await rig.strike(`${service} wakes ${at}`, async () => {
      zombie.wake();
      await waitUntil(
        `${refusal.by} refuses what the zombie writes`,
        async () => (logSince(zombie, mark).some(refusal.isTold) ? null : `see ${zombie.logFile}`),
        REFUSED_WITHIN_MILLISECONDS,
      );
    });
  });

  it.runIf(isFullRun).each(FROZEN_ANYWHERE)('%s may freeze anywhere', async (service) => {
    const zombie = anyOf(service);
    await rig.strike(`${service} freezes anywhere`, zombie.freeze);
    await rig.strike(`${service} wakes`, async () => zombie.wake());
  });

  it('what every store holds is what was sent', () => rig.agree(), TEST_MILLISECONDS);
});
