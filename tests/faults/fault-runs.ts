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

/** FAULT_ONLY: a regular expression; only faults whose name it matches strike, of all there are. */
const only = process.env['FAULT_ONLY'];

/** The faults of a run: all of them in a full run, those that FAULT_ONLY names, else the selection. */
export const chosenFaults = <Fault extends { readonly name: string }>(
  all: readonly Fault[],
  selection: readonly Fault[],
): readonly Fault[] => {
  if (only === undefined || only === '') return isFullRun ? all : selection;
  const pattern = new RegExp(only);
  return all.filter(({ name }) => pattern.test(name));
};
