import type { SourceOffset } from '@marketing-streams/contracts/record';
import { integerBetween } from '@marketing-streams/domain/simulation/random';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadLettersOf, readDeadLetters } from '../src/harness/dead-letters.ts';
import { deliveryStatus, orderPlaced, profileUpsert } from '../src/harness/input-events.ts';
import { POISON_HEADER, type Poison } from '../src/harness/poison.ts';
import { faultSeeds, isFullRun } from './fault-runs.ts';
import {
  brokenBytes,
  eventsOf,
  hugeOrder,
  largeOrder,
  registerForeignSchema,
  wrongOrders,
} from './poison-records.ts';
import { type FaultRig, startFaultRig } from './rig.ts';
import { shuffled } from './service-faults.ts';

const TEST_MILLISECONDS = 180_000;
const CUSTOMERS = 20;
const EVENTS_PER_CUSTOMER = 30;
/** Broker and laptop may disagree by this much before the broker refuses a record of the future. */
const AHEAD_MILLISECONDS = 3_000_000;

describe.runIf(isFullRun).each(faultSeeds())('poison, with seed %i', (seed) => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await startFaultRig({ name: 'poison', seed, further: ['live'] });
  });
  afterAll(() => rig?.stop());

  /** Sends the poison amid the traffic, silver being killed meanwhile, and finds one dead letter of each. */
  const expectOneLetterEach = async (poison: readonly Poison[]): Promise<void> => {
    const { access } = rig;
    let places: readonly SourceOffset[] = [];
    await rig.strike(`${poison.length} kinds of poison, and silver is killed`, async () => {
      places = await access.send(poison.map(({ record }) => record));
      await rig.pipeline.services.silver.kill();
    });
    await rig.agree();
    const letters = await readDeadLetters(access.kafka, access.registry);
    for (const [index, { name, code }] of poison.entries()) {
      const own = deadLettersOf(letters, places[index]!);
      expect(own, `${name}: number of dead letters`).toHaveLength(1);
      expect(own[0], name).toMatchObject({ error_code: code, service: 'silver', attempt: 1 });
    }
  };

  it(
    'of every kind on every topic ends as one complete dead letter, and everything else goes on',
    async () => {
      const { inputs, registry } = rig.access;
      const foreign = await registerForeignSchema(registry);
      const events = eventsOf(`poisoned-${seed}`, Date.now());
      const good = [
        inputs.profile(events.profile),
        inputs.order(events.order),
        inputs.activation(events.delivery),
      ];
      const huge: Poison = {
        name: 'a good order that is too large for a row',
        code: 'PAYLOAD_TOO_LARGE',
        record: { ...hugeOrder(inputs, events), headers: { [POISON_HEADER]: 'huge' } },
      };
      await expectOneLetterEach(
        shuffled(
          [...good.flatMap((record) => brokenBytes(record, foreign)), ...wrongOrders(inputs, events), huge],
          rig.random,
        ),
      );
    },
    TEST_MILLISECONDS,
  );

  it(
    'is not what is large, early, late, repeated or out of order: that ends in its right place',
    async () => {
      const { access, ledger, random } = rig;
      const { inputs } = access;
      const records: OutgoingRecord[] = [];
      const now = Date.now();
      for (let customer = 0; customer < CUSTOMERS; customer++) {
        const customer_id = `shuffled-${seed}-${customer}`;
        const at = (event: number): number => now - 1_000 * EVENTS_PER_CUSTOMER + event;
        for (let event = 0; event < EVENTS_PER_CUSTOMER; event += 3) {
          const order = orderPlaced({
            order_id: `o-${event % 9}`,
            customer_id,
            status: (['PLACED', 'CANCELLED', 'PLACED'] as const)[event % 2]!,
            total_amount: integerBetween(random, 1, 100_000),
            placed_at: at(event),
            updated_at: at(event),
          });
          const delivery = deliveryStatus({
            activation_id: `a-${event % 6}`,
            customer_id,
            status: event % 2 === 0 ? 'DELIVERED' : 'FAILED',
            occurred_at: at(event + 1),
          });
          const patch = profileUpsert({
            customer_id,
            email: `c${event}@example.com`,
            updated_at: at(event + 2),
          });
          ledger.order(order);
          ledger.delivery(delivery);
          ledger.profile(patch);
          records.push(inputs.order(order), inputs.activation(delivery), inputs.profile(patch));
        }
      }
      const repeated = [...records, ...records.filter(() => integerBetween(random, 0, 2) === 0)];

      const large = largeOrder(eventsOf(`large-${seed}`, now).order);
      ledger.order(large);
      const ahead = { ...eventsOf(`ahead-${seed}`, now).order, total_amount: 77_00 };
      ledger.order(ahead);
      // One moment says A, B and A again; within a partition the last one counts.
      const said = ['a@example.com', 'b@example.com', 'a@example.com'].map((email) =>
        profileUpsert({ customer_id: `moment-${seed}`, email, first_name: 'Grace', updated_at: now }),
      );
      for (const patch of said) ledger.profile(patch);

      await rig.strike(
        'repeated, out of order, large, ahead of time; silver and gold are killed',
        async () => {
          await access.send(shuffled(repeated, random));
          await access.send([
            inputs.order(large),
            inputs.order(ahead, { timestamp: now + AHEAD_MILLISECONDS }),
            ...said.map((patch) => inputs.profile(patch)),
          ]);
          await Promise.all([rig.pipeline.services.silver.kill(), rig.pipeline.services.gold.kill()]);
        },
      );
      await rig.agreeAtTheEnd();
    },
    TEST_MILLISECONDS,
  );
});
