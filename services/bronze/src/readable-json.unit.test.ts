import { TOPICS } from '@marketing-streams/contracts/topics';
import { expect, it } from 'vitest';
import { readableJson, readableJsonContract } from './readable-json.ts';

const orderJson = readableJson(TOPICS['dom.order.placed.v1'].schema ?? '');

const order = {
  order_id: 'o1',
  customer_id: 'c1',
  status: 'PLACED',
  total_amount: 12050,
  currency: 'USD',
  items: [{ sku: 's', name: 'Cup', category: 'home', quantity: 2, unit_price: 6025 }],
  placed_at: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  updated_at: null,
};

it('writes money as a number in currency units, nested ones too', () => {
  const decoded = JSON.parse(orderJson(order));
  expect(decoded.total_amount).toBe(120.5);
  expect(decoded.items[0]).toEqual({
    sku: 's',
    name: 'Cup',
    category: 'home',
    quantity: 2,
    unit_price: 60.25,
  });
});

it('writes times as ISO 8601 in UTC and leaves nulls alone', () => {
  const decoded = JSON.parse(orderJson(order));
  expect(decoded.placed_at).toBe('2026-01-02T03:04:05.006Z');
  expect(decoded.updated_at).toBeNull();
});

it('leaves a schema without money and times as it is', () => {
  const asIs = readableJson('{"type":"record","name":"R","fields":[{"name":"a","type":["null","string"]}]}');
  expect(asIs({ a: 'x' })).toBe('{"a":"x"}');
});

it('writes the money and the times of a JSON contract the same way', () => {
  const toJson = readableJsonContract(TOPICS.logs.schema ?? '');
  const event = {
    ts: Date.UTC(2026, 0, 2),
    user_id: 'u',
    campaign_id: 'c',
    channel: 'email',
    event: 'click',
  };
  expect(JSON.parse(toJson({ ...event, cost: 105, further: 1 }))).toEqual({
    ...event,
    ts: '2026-01-02T00:00:00.000Z',
    cost: 1.05,
    further: 1,
  });
});
