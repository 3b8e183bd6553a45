import { afterAll, beforeAll, describe, it } from 'vitest';
import { chosenFaults, faultSeeds, isFullRun } from './fault-runs.ts';
import { type FaultRig, startFaultRig } from './rig.ts';
import { losses, rebuildKills, shuffled } from './service-faults.ts';

/** The stack and all services, on a machine that is busy with something else. */
const START_MILLISECONDS = 300_000;
const TEST_MILLISECONDS = 1_800_000;

describe.runIf(isFullRun).each(faultSeeds())('kills without state, with seed %i', (seed) => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await startFaultRig({ name: 'rebuilds', seed, further: ['live'] });
  }, START_MILLISECONDS);

  afterAll(() => rig?.stop());

  it(
    'lose nothing and double nothing, in the midst of the rebuild either',
    async () => {
      const all = shuffled([...rebuildKills(rig), ...losses(rig)], rig.random);
      for (const { name, strike } of chosenFaults(all, [])) {
        await rig.strike(name, strike);
        await rig.agree();
      }
      await rig.agreeAtTheEnd();
    },
    TEST_MILLISECONDS,
  );
});
