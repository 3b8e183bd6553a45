import type { InputRecords } from '@marketing-streams/tests/harness/input-codecs';
import { describe, expect, it } from 'vitest';
import { createBacklog, type Totals } from './backlog-records.ts';

const record = (topic: string, event: { readonly customer_id: string }) => ({
  topic,
  key: event.customer_id,
  value: Buffer.from(JSON.stringify(event)),
});
const inputs: InputRecords = {
  profile: (event) => record('profiles', event),
  order: (event) => record('orders', event),
  activation: (event) => record('activations', event),
};
const size = { customers: 20, orders: 300, activations: 150 };

const ordersOf = (records: readonly { topic: string; value: Buffer | null }[]) =>
  records
    .filter(({ topic }) => topic === 'orders')
    .map(({ value }) => JSON.parse(value!.toString('utf8')) as { order_id: string; total_amount: number });

describe('a backlog', () => {
  it('has as much of everything as it was to, and expects what its records add up to', () => {
    const { records, expected } = createBacklog(inputs, size, 1);
    const count = (topic: string) => records.filter((one) => one.topic === topic).length;
    expect(['profiles', 'orders', 'activations'].map(count)).toEqual([20, 300, 150]);
    const sum = (of: (totals: { order_count: number; lifetime_value: number }) => number) =>
      [...expected.values()].reduce((total, totals) => total + of(totals), 0);
    expect(sum(({ order_count }) => order_count)).toBe(300);
    expect(sum(({ lifetime_value }) => lifetime_value)).toBe(
      ordersOf(records).reduce((total, { total_amount }) => total + total_amount, 0),
    );
  });

  it('for known customers goes on from where they are, with orders of its own, without profiles', () => {
    const totals = new Map<string, Totals>();
    const known = { ids: ['a', 'b', 'never chosen'], totals };
    const few = { customers: 2, orders: 10, activations: 4 };
    const former = createBacklog(inputs, few, 1, known);
    const later = createBacklog(inputs, few, 2, known);
    expect(later.records.filter(({ topic }) => topic === 'profiles')).toEqual([]);
    const orders = [...later.expected.values()].reduce((sum, { order_count }) => sum + order_count, 0);
    expect(orders).toBe(20);
    expect([...later.expected.keys()].toSorted()).toEqual(['a', 'b']);
    const ids = [...ordersOf(former.records), ...ordersOf(later.records)].map(({ order_id }) => order_id);
    expect(new Set(ids).size).toBe(20);
  });
});
