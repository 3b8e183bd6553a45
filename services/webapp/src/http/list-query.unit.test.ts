import { describe, expect, it } from 'vitest';
import { formatListQuery, parseListQuery } from './list-query.ts';

const parse = (query: string) => parseListQuery(Object.fromEntries(new URLSearchParams(query)));

describe('the query of a list', () => {
  it('has defaults', () => {
    expect(parse('')).toEqual({
      search: '',
      stage: null,
      segment: null,
      sort: { key: 'created', reversed: false },
      cursor: null,
      limit: 24,
    });
    expect(formatListQuery(parse(''))).toBe('');
  });

  it('reads back as it was written', () => {
    const cursor = { direction: 'after', place: { value: 'ada', customer_id: 'c1' } } as const;
    const query = {
      search: 'a&b c',
      stage: 'high-value',
      segment: 'big spenders',
      sort: { key: 'name', reversed: true },
      cursor,
      limit: 50,
    } as const;
    expect(parse(formatListQuery(query))).toEqual(query);
  });

  it.each([
    ['stage=vip', 'stage = "vip" must be one of evangelist, high-value, engaged, customer, prospect'],
    ['sort=shoe_size', 'sort = "shoe_size" must be one of created'],
    ['cursor=x', 'cursor = "x" is not a cursor that this list gave'],
    ['limit=1000', 'limit = "1000" must not be more than 100'],
  ])('refuses %s', (query, message) => expect(() => parse(query)).toThrow(message));

  it('refuses a search that comes twice', () => {
    expect(() => parseListQuery({ search: ['a', 'b'] })).toThrow('search = ["a","b"] must be given once');
  });
});
