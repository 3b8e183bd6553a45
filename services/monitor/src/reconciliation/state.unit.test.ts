import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { expect, it } from 'vitest';
import { comparedCustomer, keepCustomer, RECONCILIATION_STATE } from './state.ts';
import { liveRow, NOW } from './testing/monitored-customers.ts';

it('keeps any count that the contract of live customers allows: one of three billion ended the process', () => {
  const state = memoryState(RECONCILIATION_STATE);
  const { customer_id, ...live } = liveRow({
    order_count: 3_000_000_000,
    delivered: 3_000_000_000,
    failed: 2 ** 52 - 1,
  });
  const customer = { gold: null, live, since: NOW, touched: NOW, told: null };
  keepCustomer(state, customer_id, customer);
  expect(comparedCustomer(state, customer_id)).toEqual(customer);
});
