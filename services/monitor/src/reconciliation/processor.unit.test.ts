import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import type { Reconciliation } from '@marketing-streams/contracts/generated/reconciliation';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import type { PipelineResult } from '@marketing-streams/stream/pipeline';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Output } from '@marketing-streams/stream/step';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import {
  publishedValue,
  type RecordOptions,
  testRecord,
} from '@marketing-streams/stream/testing/run-pipeline';
import { beforeEach, describe, expect, it } from 'vitest';
import { createReconciliationCodecs, reconciliationProcessor } from './processor.ts';
import type { Settled } from './progress.ts';
import { RECONCILIATION_STATE } from './state.ts';
import {
  CUSTOMER,
  goldRow,
  HOME,
  inputWriters,
  liveRow,
  NOW,
  order,
  PARTITIONS,
  patch,
} from './testing/monitored-customers.ts';

const SETTLE = 5_000;
const GOLD = 'gold.customer_360.v1';
const LIVE = 'dom.customer.consolidated.v1';
const ORDERS = 'dom.order.placed.v1';
const PROFILES = 'dom.customer.profile.upsert.v1';

const registry = memoryRegistry();
const codecs = await createReconciliationCodecs(registry);
const inputs = await inputWriters(registry);

let settled: Settled | null = null;
let wanted: boolean;
let looks: { open: Readonly<Record<string, number>>; waiting: number }[];
let state: StateView;
let now: number;

const processor = reconciliationProcessor(codecs, PARTITIONS, {
  progress: {
    latest: () => settled,
    want: (now) => {
      wanted = now;
    },
  },
  settleMilliseconds: SETTLE,
  onLook: (open, waiting) => void looks.push({ open, waiting }),
});

beforeEach(() => {
  state = memoryState(RECONCILIATION_STATE);
  settled = {
    before: new Map([
      [`${ORDERS}/${HOME}`, 100],
      [`${PROFILES}/${HOME}`, 100],
    ]),
    at: NOW,
  };
  now = NOW;
  looks = [];
});

type Told = Reconciliation | null;

const rowsOf = (outputs: readonly Output[]): readonly Told[] =>
  outputs.map((output) => {
    expect(output).toMatchObject({ topic: 'ops.reconciliation.v1', key: CUSTOMER, partition: HOME });
    const value = publishedValue(output);
    return value === null ? null : codecs.reconciliation.decode(value);
  });

const send = (topic: string, value: Buffer | null, options: RecordOptions = {}): PipelineResult => {
  const pipeline = processor.pipelines.find((one) => one.topic === topic)!;
  const record = testRecord({ topic, partition: HOME, key: CUSTOMER, value, timestamp: now, ...options });
  return pipeline.run({ record, state, now, mode: 'live' });
};
const told = (result: PipelineResult): readonly Told[] => rowsOf(result.kind === 'ok' ? result.outputs : []);
const gold = (row: ReturnType<typeof goldRow> | null) => told(send(GOLD, row && codecs.gold.encode(row)));
const live = (row: ReturnType<typeof liveRow> | null) => told(send(LIVE, row && codecs.live.encode(row)));
const look = (after = SETTLE): readonly Told[] => {
  now += after;
  return rowsOf(processor.timers![0]!.run({ state, now, partitions: [0] }));
};
const refuse = (value: Buffer, offset: number) => {
  const letter: DeadLetter = {
    key: Buffer.from('somebody'),
    value,
    headers: [],
    topic: ORDERS,
    partition: HOME,
    offset,
    timestamp: NOW,
    schema_id: null,
    service: 'silver',
    step: 'checkEvent',
    error_code: 'KEY_MISMATCH',
    message: 'key "somebody" is not the record\'s customer_id "c1"',
    attempt: 1,
    failed_at: NOW,
  };
  return send('dead-letter-queue', codecs.deadLetters.encode(letter), { partition: 0, key: 'somebody' });
};

describe('reconciliation', () => {
  it('says nothing of sides that agree, and of a difference that is over before long', () => {
    expect([...gold(goldRow()), ...live(liveRow()), ...look()]).toEqual([]);
    expect([...live(liveRow({ order_count: 2 })), ...look(SETTLE - 1)]).toEqual([]);
    expect([...gold(goldRow({ order_count: 2 })), ...look()]).toEqual([]);
    expect(looks.at(-1)).toEqual({ open: {}, waiting: 0 });
    expect(wanted).toBe(false);
  });

  it('tells a difference as under way while one side has not taken everything, then names it', () => {
    send(ORDERS, inputs[ORDERS].encode(order()), { offset: 100 });
    gold(goldRow());
    live(liveRow({ order_count: 2, lifetime_value: 2_500 }));
    expect(look()).toEqual([
      {
        customer_id: CUSTOMER,
        differences: [
          { field: 'order_count', live: '2', gold: '1' },
          { field: 'lifetime_value', live: '25', gold: '12.5' },
        ],
        cause: 'under-way',
        records: [],
        since: NOW,
      },
    ]);
    expect(wanted).toBe(true);
    expect(look()).toEqual([]);
    refuse(inputs[ORDERS].encode(order()), 100);
    settled = { before: new Map([[`${ORDERS}/${HOME}`, 101]]), at: now };
    const records = [
      {
        topic: ORDERS,
        partition: HOME,
        offset: 100,
        detail: 'refused by silver: KEY_MISMATCH: key "somebody" is not the record\'s customer_id "c1"',
      },
    ];
    expect(look()).toMatchObject([{ cause: 'rejected', records, since: NOW }]);
    expect(look()).toEqual([]);
    expect(looks.at(-1)).toEqual({ open: { 'under-way': 0, rejected: 1 }, waiting: 0 });
  });

  it('takes a difference back once the sides agree, and forgets what explained it', () => {
    gold(goldRow());
    live(liveRow({ order_count: 2 }));
    refuse(inputs[ORDERS].encode(order()), 3);
    expect(look()).toMatchObject([{ cause: 'rejected' }]);
    expect(live(liveRow())).toEqual([null]);
    live(liveRow({ order_count: 3 }));
    expect(look()).toMatchObject([{ cause: 'unknown', records: [] }]);
    expect(gold(goldRow({ order_count: 3 }))).toEqual([null]);
    expect(look()).toEqual([]);
    expect(looks.at(-1)!.open).toEqual({ rejected: 0, unknown: 0 });
  });

  it('names nothing while it changes, and remembers since when there is a difference', () => {
    gold(goldRow());
    live(liveRow({ order_count: 2 }));
    now += SETTLE - 1_000;
    live(liveRow({ order_count: 3 }));
    expect(look(SETTLE - 1_000)).toMatchObject([{ cause: 'under-way', since: NOW }]);
    expect(look(1_000)).toMatchObject([{ cause: 'unknown', since: NOW }]);
  });

  it('names a record that was older than what came before it', () => {
    send(PROFILES, inputs[PROFILES].encode(patch({ email: 'new@example.com' })), { offset: 1 });
    send(PROFILES, inputs[PROFILES].encode(patch({ email: 'old@example.com', updated_at: NOW - 1 })), {
      offset: 2,
    });
    gold(goldRow({ email: 'new@example.com' }));
    live(liveRow({ email: 'old@example.com' }));
    expect(look()).toMatchObject([{ cause: 'overtaken', records: [{ topic: PROFILES, offset: 2 }] }]);
  });

  it('names an order whose older record came later, and no other order', () => {
    send(ORDERS, inputs[ORDERS].encode(order()), { offset: 1 });
    send(ORDERS, inputs[ORDERS].encode(order({ order_id: 'o2', placed_at: NOW - 2 })), { offset: 2 });
    gold(goldRow());
    live(liveRow({ lifetime_value: 1 }));
    expect(look()).toMatchObject([{ cause: 'unknown', records: [] }]);
    send(ORDERS, inputs[ORDERS].encode(order({ placed_at: NOW - 1, total_amount: 1 })), { offset: 3 });
    expect(look()).toMatchObject([{ cause: 'overtaken', records: [{ topic: ORDERS, offset: 3 }] }]);
  });

  it('names a record on a wrong partition', () => {
    const partition = (HOME + 1) % PARTITIONS;
    send(ORDERS, inputs[ORDERS].encode(order()), { partition, offset: 4 });
    settled = { before: new Map([[`${ORDERS}/${partition}`, 5]]), at: NOW };
    gold(goldRow());
    live(liveRow({ lifetime_value: 1 }));
    expect(look()).toMatchObject([
      { cause: 'misplaced', records: [{ topic: ORDERS, partition, offset: 4 }] },
    ]);
  });

  it('tells of a customer whom one side does not know', () => {
    live(liveRow());
    expect(look()).toMatchObject([
      { cause: 'unknown', differences: [{ field: 'customer_id', live: '"c1"', gold: 'null' }] },
    ]);
    expect(live(null)).toEqual([null]);
    expect([...state.range('c')]).toEqual([]);
  });

  it('waits with everything until there is a live aggregation', () => {
    gold(goldRow());
    expect(look()).toEqual([]);
    expect(looks.at(-1)).toEqual({ open: {}, waiting: 0 });
  });

  it('takes nothing into account that became known after the transaction began', () => {
    gold(goldRow());
    live(liveRow({ order_count: 2 }));
    settled = { before: new Map(), at: now + SETTLE + 1 };
    expect(look()).toMatchObject([{ cause: 'under-way' }]);
    expect(look()).toMatchObject([{ cause: 'unknown' }]);
  });

  it('leaves what nobody can read to those who answer for it', () => {
    expect(send(ORDERS, Buffer.from('nonsense'))).toMatchObject({ kind: 'drop', reason: 'unreadable' });
    expect(send('dead-letter-queue', Buffer.from('nonsense'))).toMatchObject({ kind: 'drop' });
    expect(refuse(Buffer.from('nonsense'), 1)).toMatchObject({ kind: 'drop', reason: 'of nobody' });
  });
});

describe('a lost state', () => {
  const load = (topic: string, value: Buffer | null): void => {
    const source = processor.rebuild!.sources.find((one) => one.topic === topic)!;
    source.load(testRecord({ topic, partition: HOME, key: CUSTOMER, value, timestamp: NOW }), state);
  };
  const published: Reconciliation = {
    customer_id: CUSTOMER,
    differences: [],
    cause: 'rejected',
    records: [],
    since: NOW - 9_000,
  };

  it('is filled without forgetting what stands published', () => {
    load('ops.reconciliation.v1', codecs.reconciliation.encode(published));
    load(GOLD, codecs.gold.encode(goldRow()));
    load(LIVE, codecs.live.encode(liveRow()));
    expect(look(0)).toEqual([null]);
    expect(looks.at(-1)!.open).toEqual({ rejected: 0 });
  });

  it('is looked at where the sides differ', () => {
    load('ops.reconciliation.v1', codecs.reconciliation.encode(published));
    load(GOLD, codecs.gold.encode(goldRow()));
    load(LIVE, codecs.live.encode(liveRow({ order_count: 2 })));
    expect(look()).toMatchObject([{ cause: 'unknown', since: NOW - 9_000 }]);
    expect(looks.at(-1)!.open).toEqual({ rejected: 0, unknown: 1 });
  });

  it('takes a difference that was taken back for none, whatever compaction has left of it', () => {
    load('ops.reconciliation.v1', codecs.reconciliation.encode(published));
    load('ops.reconciliation.v1', codecs.reconciliation.encode({ ...published, cause: 'unknown' }));
    load('ops.reconciliation.v1', null);
    load(GOLD, codecs.gold.encode(goldRow()));
    load(LIVE, codecs.live.encode(liveRow()));
    expect(look()).toEqual([]);
    expect(looks.at(-1)).toEqual({ open: { rejected: 0, unknown: 0 }, waiting: 0 });
  });

  it('waits for nobody whose sides agree', () => {
    load(GOLD, codecs.gold.encode(goldRow()));
    load(LIVE, codecs.live.encode(liveRow()));
    expect(look()).toEqual([]);
    expect(looks.at(-1)).toEqual({ open: {}, waiting: 0 });
  });
});
