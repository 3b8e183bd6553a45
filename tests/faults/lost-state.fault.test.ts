import { join } from 'node:path';
import { pick } from '@marketing-streams/domain/simulation/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultSeeds, isFullRun } from './fault-runs.ts';
import { type FaultRig, startFaultRig } from './rig.ts';
import { type Keeper, LIVE_STATE, shuffled } from './service-faults.ts';
import { DAMAGES, type Damage, LOSSES, storesBelow } from './state-damage.ts';

const TASKS: readonly Keeper[] = [
  ...(['silver', 'gold', 'scorer', 'gold-publisher'] as const).map((service) => ({
    service,
    folder: service,
  })),
  ...LIVE_STATE,
];
const KEY_INDEXES: readonly Keeper[] = [
  { service: 'silver', folder: join('table-index', 'silver') },
  { service: 'gold', folder: join('table-index', 'gold', 'customer_360') },
  { service: 'scorer', folder: join('table-index', 'gold', 'propensity') },
];

const TEST_MILLISECONDS = 600_000;

const every = (keepers: readonly Keeper[]): readonly { keeper: Keeper; damage: Damage }[] =>
  keepers.flatMap((keeper) => DAMAGES.map((damage) => ({ keeper, damage })));

describe.each(faultSeeds())('lost state, with seed %i', (seed) => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await startFaultRig({ name: 'lost-state', seed, further: ['live'] });
  });
  afterAll(() => rig?.stop());

  /** Ends the service, damages all its stores in the folder, and starts it again. */
  const lose = async ({ service, folder }: Keeper, { name, inflict }: Damage): Promise<void> => {
    const stores = storesBelow(join(rig.pipeline.stateDirectory, folder));
    expect(stores, folder).not.toEqual([]);
    const seconds = await rig.strike(`${service} finds ${folder} ${name}`, async (struck) => {
      const { [service]: kept } = rig.pipeline.services;
      await kept.shutDown();
      for (const store of stores) inflict(store, rig.random);
      struck();
      await kept.startAgain();
    });
    expect(seconds).toBeLessThan(60);
  };

  it(
    'is filled again from the topics: the same in every store, and versions go on growing',
    async () => {
      const losses = isFullRun
        ? shuffled([...every(TASKS), ...every(KEY_INDEXES)], rig.random)
        : [TASKS, KEY_INDEXES].map((keepers) => ({
            keeper: pick(rig.random, keepers),
            damage: pick(rig.random, LOSSES),
          }));
      for (const [number, { keeper, damage }] of losses.entries()) {
        await lose(keeper, damage);
        // Each alone would be found sooner, all of them at the end would take as long as none.
        if (number % 7 === 6) await rig.agree();
      }
      await rig.agreeAtTheEnd();
    },
    TEST_MILLISECONDS,
  );
});
