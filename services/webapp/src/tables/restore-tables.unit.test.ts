import { PlatformError } from '@marketing-streams/platform/errors';
import { createLogger } from '@marketing-streams/platform/logging';
import { beforeEach, expect, it } from 'vitest';
import { createFollowedTable } from './followed-table.ts';
import { restoreTables } from './restore-tables.ts';
import type { TableStore } from './table-store.ts';

const SAVED = { generation: 'g', clusterId: 'c', newestAt: 5, positions: new Map([[0, 7]]) };
const logger = createLogger('test');
logger.level = 'silent';

let asked: string[];
let refusals: number;
beforeEach(() => {
  asked = [];
});

/** A Redis that refuses the first commands, as a connection does that is only being made. */
const startingStore = (): TableStore => {
  const answer = <Value>(what: string, value: Value): Value => {
    asked.push(what);
    if (refusals-- > 0) throw new PlatformError('REDIS_UNAVAILABLE', 'Redis does not answer');
    return value;
  };
  return {
    state: async (name) => answer(`state ${name}`, SAVED),
    open: async (name) => answer(`open ${name}`, SAVED),
    rows: async function* (name) {
      yield answer(`rows ${name}`, [['a', Buffer.from('1')] as const]);
    },
    save: async (name) => answer(`save ${name}`, 'saved' as const),
    remove: async (name) => answer(`remove ${name}`, undefined),
  };
};

const someTable = () =>
  createFollowedTable<string>({ name: 'rows', topic: 'rows', decode: String }, () => undefined);

it('waits for a connection that is only being made: without Kafka the pages stayed empty', async () => {
  refusals = 3;
  const { table, intake } = someTable();
  const copies = new Map();
  await restoreTables([intake], copies, { store: startingStore(), logger, resetFirst: false });
  expect([...table.rows()]).toEqual(['1']);
  expect(copies.get(intake)).toBe(SAVED);
  expect(intake.positions()).toEqual(SAVED.positions);
});

it('waits for it too before copies are to be removed: they were shown instead', async () => {
  refusals = 2;
  const { intake } = someTable();
  await restoreTables([intake], new Map(), { store: startingStore(), logger, resetFirst: true });
  expect(asked).toEqual(Array.from({ length: 3 }, () => 'remove rows'));
});

it('does without copies while Redis is away', async () => {
  refusals = Number.POSITIVE_INFINITY;
  const { table, intake } = someTable();
  const copies = new Map();
  const patienceMilliseconds = 60;
  await restoreTables([intake], copies, {
    store: startingStore(),
    logger,
    resetFirst: false,
    patienceMilliseconds,
  });
  expect([table.size(), copies.size]).toEqual([0, 0]);
});
