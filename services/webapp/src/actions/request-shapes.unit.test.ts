import { PlatformError } from '@marketing-streams/platform/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { parseRequest } from './parse-request.ts';
import { customerRequest, engagementRequest, orderRequest } from './request-shapes.ts';

const problemsOf = (shape: z.ZodType, body: unknown): unknown => {
  try {
    parseRequest(shape, body);
  } catch (error) {
    if (error instanceof PlatformError) return error.details['fields'];
    throw error;
  }
  return 'accepted';
};

const ada = { first_name: ' Ada ', last_name: 'Lovelace', email: 'ada@example.com' };

describe('the request for a new customer', () => {
  it('is trimmed', () => {
    expect(parseRequest(customerRequest, ada)).toEqual({ ...ada, first_name: 'Ada' });
  });

  it.each([
    [{ ...ada, email: 'ada' }, 'email', 'ada', 'must look like name@example.com'],
    [{ ...ada, first_name: '  ' }, 'first_name', '  ', 'must not be empty'],
    [{ ...ada, last_name: 7 }, 'last_name', 7, 'must be text'],
    [{ ...ada, phone: 'call me' }, 'phone', 'call me', 'must be a phone number such as +1 555 010 0199'],
    [{ ...ada, is_admin: true }, 'is_admin', true, 'is not a known field'],
  ])('names field and value of what is wrong: %j', (body, field, value, message) => {
    expect(problemsOf(customerRequest, body)).toEqual([{ field, value, message }]);
  });

  it('names every missing field', () => {
    expect(problemsOf(customerRequest, {})).toEqual(
      ['first_name', 'last_name', 'email'].map((field) => ({ field, message: 'is required' })),
    );
  });

  it.each([[null], ['text'], [[]], [7]])('must be an object, not %j', (body) => {
    expect(problemsOf(customerRequest, body)).toMatchObject([{ field: 'body' }]);
  });
});

describe('the request for an order', () => {
  it('turns money with two decimals into whole cents', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (cents) => {
        expect(parseRequest(orderRequest, { total_amount: cents / 100 })).toEqual({ total_amount: cents });
      }),
    );
  });

  it.each([
    [-5, 'must not be negative'],
    [1.005, 'must have at most two decimals'],
    [10_000_000.01, 'must not be more than $10,000,000.00'],
    ['12', 'must be a number'],
    [null, 'must be a number'],
  ])('refuses an amount of %j', (total_amount, message) => {
    expect(problemsOf(orderRequest, { total_amount })).toEqual([
      { field: 'total_amount', value: total_amount, message },
    ]);
  });

  it('names a field deep inside', () => {
    const item = { sku: 'A', name: 'B', category: 'C', quantity: 0, unit_price: 3.999 };
    expect(problemsOf(orderRequest, { items: [{ ...item, quantity: 1, unit_price: 3 }, item] })).toEqual([
      { field: 'items[1].quantity', value: 0, message: 'must be at least 1' },
      { field: 'items[1].unit_price', value: 3.999, message: 'must have at most two decimals' },
    ]);
  });

  it('knows one currency', () => {
    expect(problemsOf(orderRequest, { total_amount: 1, currency: 'EUR' })).toEqual([
      { field: 'currency', value: 'EUR', message: 'must be USD' },
    ]);
  });

  it('cuts a value that is too long to repeat', () => {
    const [problem] = problemsOf(orderRequest, { order_id: 'x'.repeat(5_000) }) as [{ value: string }];
    expect(problem.value.length).toBeLessThan(250);
  });
});

describe('the request for a message', () => {
  it.each([
    [{ channel: 'PIGEON' }, 'channel', 'PIGEON', 'must be one of EMAIL, SMS, PUSH, IN_APP'],
    [{ status: 'LOST' }, 'status', 'LOST', 'must be one of DELIVERED, FAILED'],
  ])('names field and value of what is wrong: %j', (body, field, value, message) => {
    expect(problemsOf(engagementRequest, body)).toEqual([{ field, value, message }]);
  });

  it('may be empty', () => {
    expect(parseRequest(engagementRequest, {})).toEqual({});
  });
});
