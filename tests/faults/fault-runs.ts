import { createRandom, integerBetween } from '@marketing-streams/domain/simulation/random';

/** True in `make test-faults`: every scenario with three seeds. Otherwise a short selection runs, with one seed. */
export const isFullRun = process.env['FAULTS'] === 'all';

const FULL_RUN_SEEDS = 3;
const LARGEST_SEED = 999_999;

/**
 * The seeds that a scenario runs with: those of FAULT_SEED (one, or several separated by commas) to repeat a run,
 * else random ones. The rig prints the seed it was started with.
 */
export const faultSeeds = (): readonly number[] => {
  const given = process.env['FAULT_SEED'];
  if (given !== undefined && given !== '') return given.split(',').map(Number);
  const random = createRandom(Date.now(), process.pid);
  return Array.from({ length: isFullRun ? FULL_RUN_SEEDS : 1 }, () =>
    integerBetween(random, 1, LARGEST_SEED),
  );
};
