import { afterAll, beforeAll, describe, it } from 'vitest';
import { SERVICE_NAMES } from '../src/harness/service-process.ts';
import { brokerFreeze, brokerRestarts, networkTroubles } from './broker-faults.ts';
import { chosenFaults, faultSeeds, isFullRun } from './fault-runs.ts';
import { type FaultRig, startFaultRig } from './rig.ts';
import { shuffled } from './service-faults.ts';

/** The stack and all services, on a machine that is busy with something else. */
const START_MILLISECONDS = 300_000;
const TEST_MILLISECONDS = 1_800_000;

// A few of these strike in the selection too, beside the kills.
describe.runIf(isFullRun).each(faultSeeds())('the broker and the way to it, with seed %i', (seed) => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await startFaultRig({ name: 'broker', seed, proxied: SERVICE_NAMES, exactFeedback: true });
  }, START_MILLISECONDS);

  afterAll(() => rig?.stop());

  it(
    'fails and comes back without a loss or a double',
    async () => {
      const all = shuffled([...brokerRestarts(rig), brokerFreeze(rig), ...networkTroubles(rig)], rig.random);
      for (const { name, strike } of chosenFaults(all, [])) {
        await rig.strike(name, strike);
        await rig.agree();
      }
      await rig.agreeAtTheEnd();
    },
    TEST_MILLISECONDS,
  );
});
