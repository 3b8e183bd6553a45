import { createHash } from 'node:crypto';

const ROUNDS = 5;
const OBJECTS = 20_000;

/** A fixed piece of the kind of work that services do: objects, text, maps, garbage, hashes. */
const work = (): number => {
  const map = new Map<string, { readonly id: number; readonly name: string; readonly total: number }>();
  for (let index = 0; index < OBJECTS; index++) {
    const text = JSON.stringify({ id: index, name: `customer-${index % 977}`, total: index * 1.01 });
    const value = JSON.parse(text) as { id: number; name: string; total: number };
    map.set(`${value.name}/${index % 5000}`, { ...value, total: value.total + 1 });
  }
  const hash = createHash('sha256');
  for (const [key, { total }] of [...map].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${key}${total}`);
  return hash.digest()[0] ?? 0;
};

/** Pieces of fixed work this machine does in a second of CPU time of one core, now: the best of a few tries. */
export const machineSpeed = (): number => {
  let best = Number.POSITIVE_INFINITY;
  work(); // Compiled by now.
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    best = Math.min(best, (user + system) / 1e6);
  }
  return 1 / best;
};
