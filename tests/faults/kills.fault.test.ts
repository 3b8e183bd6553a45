import { pick } from '@marketing-streams/domain/simulation/random';
import { messageOf } from '@marketing-streams/platform/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveryStatus, orderPlaced } from '../src/harness/input-events.ts';
import { brokerRestarts, networkTroubles } from './broker-faults.ts';
import { chosenFaults, faultSeeds } from './fault-runs.ts';
import { type FaultRig, startFaultRig } from './rig.ts';
import {
  commitKills,
  type Fault,
  mergeKills,
  plainKills,
  restoreKills,
  shuffled,
  transactionKills,
  unheardCommits,
} from './service-faults.ts';

/** Stores that keep an order, a delivery or a customer; the others are compared with these. */
const KEEPERS = [
  'silver.orders.v1',
  'silver.activations.v1',
  'gold.customer_360.v1',
  'dom.customer.gold.v1',
  'table silver/orders',
  'table silver/activations',
  'table gold/customer_360',
  'the web app',
];

/** The stack and all services, on a machine that is busy with something else. */
const START_MILLISECONDS = 300_000;
const TEST_MILLISECONDS = 3_600_000;

/** Every service killed, and at every fail point that it has while it keeps its state, in the seed's order. */
const allFaults = (rig: FaultRig): readonly Fault[] =>
  shuffled(
    [plainKills, transactionKills, commitKills, mergeKills, restoreKills, unheardCommits].flatMap((kind) =>
      kind(rig),
    ),
    rig.random,
  );

/** One of each kind that does not take long, and two of what happens to the broker and the way to it. */
const selectedFaults = (rig: FaultRig): readonly Fault[] => [
  pick(rig.random, plainKills(rig)),
  pick(rig.random, transactionKills(rig)),
  pick(rig.random, [...commitKills(rig), ...restoreKills(rig)]),
  pick(rig.random, networkTroubles(rig)),
  brokerRestarts(rig).at(-1)!,
];

describe.each(faultSeeds())('kills, with seed %i', (seed) => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await startFaultRig({
      name: 'kills',
      seed,
      further: ['live'],
      proxied: ['silver', 'gold', 'live'],
      exactFeedback: true,
    });
  }, START_MILLISECONDS);

  afterAll(() => rig?.stop());

  it(
    'loses nothing and doubles nothing, whatever dies and whenever',
    async () => {
      for (const { name, strike } of chosenFaults(allFaults(rig), selectedFaults(rig))) {
        await rig.strike(name, strike);
        await rig.agree();
      }
      await rig.agreeAtTheEnd();
    },
    TEST_MILLISECONDS,
  );

  it(
    'would have told of an order, a delivery and a customer that no store has',
    async () => {
      const customer_id = 'never-sent';
      const at = Date.now();
      const order = orderPlaced({ order_id: 'never-sent', customer_id, total_amount: 1, placed_at: at });
      rig.ledger.order(order);
      rig.ledger.delivery(deliveryStatus({ activation_id: 'never-sent', customer_id, occurred_at: at }));
      const told = await rig.agreeAtTheEnd().then(
        () => 'nothing',
        (error: unknown) => messageOf(error),
      );
      for (const store of KEEPERS) expect(told).toContain(`${store} lacks never-sent`);
    },
    TEST_MILLISECONDS,
  );
});
