import { createRandom } from '@marketing-streams/domain/simulation/random';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { SERVICE_NAMES } from '../src/harness/service-process.ts';
import { faultSeeds, isFullRun } from './fault-runs.ts';
import { brokerFault, serviceFaults } from './ledger/faults.ts';
import { type FaultRig, startFaultRig } from './rig.ts';

/** Of all faults, in the order that the seed gives them. */
const FAULTS_IN_SELECTION = 4;
const TEST_MILLISECONDS = 1_800_000;

describe.each(faultSeeds())('with seed %i', (seed) => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await startFaultRig({ name: 'kills', seed, proxied: ['silver', 'gold'] });
  });

  afterAll(() => rig?.stop());

  it(
    'loses nothing and doubles nothing, whatever dies and whenever',
    async () => {
      const all = serviceFaults(SERVICE_NAMES, rig, createRandom(seed, 2));
      const chosen = isFullRun ? all : all.slice(0, FAULTS_IN_SELECTION);
      for (const { name, strike } of [...chosen, brokerFault(rig)]) await rig.strike(name, strike);
      await rig.agree();
    },
    TEST_MILLISECONDS,
  );
});
