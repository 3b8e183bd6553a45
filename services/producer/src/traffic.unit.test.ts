import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { createRandom } from '@marketing-streams/domain/simulation/random';
import { validateActivation } from '@marketing-streams/domain/validate-activation';
import { validateOrder } from '@marketing-streams/domain/validate-order';
import { isEmail, validateProfile } from '@marketing-streams/domain/validate-profile';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { describe, expect, it } from 'vitest';
import { fakerContent } from './content.ts';
import { eventRecords } from './event-records.ts';
import { companyTraffic } from './traffic.ts';

const COMPANY = { seed: 42, customers: 60 };
const START = Date.UTC(2026, 10, 21);
const content = fakerContent(COMPANY.seed);

const firstEvents = (liveCount: number) => {
  const { pastUpTo, liveSince } = companyTraffic(COMPANY, fakerContent(COMPANY.seed));
  const live = liveSince(START, START);
  return [...pastUpTo(START), ...Array.from({ length: liveCount }, (_, index) => live.next(START + index))];
};

describe("the producer's traffic", () => {
  it('is the same for the same seed and start, names and products included', () => {
    expect(firstEvents(300)).toEqual(firstEvents(300));
  });

  it('is valid by the rules silver checks', () => {
    for (const { kind, event } of firstEvents(2_000)) {
      const problems =
        kind === 'profile'
          ? validateProfile(event, START)
          : kind === 'order'
            ? validateOrder(event, START)
            : validateActivation(event, START);
      expect(problems).toEqual([]);
    }
  });

  it('becomes records of the three input topics, keyed by the customer', async () => {
    const registry = memoryRegistry();
    const toRecord = await eventRecords(registry);
    const orders = await createAvroCodec<OrderPlaced>({ registry, topic: 'dom.order.placed.v1' });
    const topics = new Set<string>();
    for (const happening of firstEvents(500)) {
      const record: OutgoingRecord = toRecord(happening);
      topics.add(record.topic);
      expect(record.key).toBe(happening.event.customer_id);
      if (happening.kind === 'order') expect(orders.decode(record.value!)).toEqual(happening.event);
    }
    expect([...topics].toSorted()).toEqual([
      'dom.activation.delivery.status.v1',
      'dom.customer.profile.upsert.v1',
      'dom.order.placed.v1',
    ]);
  });
});

describe("Faker's words", () => {
  it('give a person an address nobody has, and the same person for the same numbers', () => {
    for (let index = 0; index < 200; index += 1) {
      const person = content.person(createRandom(index));
      expect(isEmail(person.email)).toBe(true);
      expect(person.email).toMatch(/@example\.(com|org|net)$/);
      expect(content.person(createRandom(index))).toEqual(person);
    }
  });

  it('give a catalogue of different products, from cheap to dear, at prices ending in 99', () => {
    const { catalogue } = content;
    expect(new Set(catalogue.map(({ sku }) => sku)).size).toBe(catalogue.length);
    expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
    for (const { unit_price } of catalogue) expect(unit_price % 100).toBe(99);
    expect(catalogue.map(({ unit_price }) => unit_price)).toEqual(
      catalogue.map(({ unit_price }) => unit_price).toSorted((a, b) => a - b),
    );
  });
});
