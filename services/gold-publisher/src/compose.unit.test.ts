import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { describe, expect, it } from 'vitest';
import { composeGold } from './compose.ts';
import { keepPart, nextVersion, PARTS, propensityOf, segmentsOf } from './customer-parts.ts';
import { exampleRow } from './testing/example-row.ts';

describe('composeGold', () => {
  it('carries the whole customer 360', () => {
    expect(composeGold(exampleRow, { propensity: null, segments: [] }, 3)).toMatchObject({
      ...exampleRow,
      version: 3,
    });
  });

  it('adds score and segments', () => {
    const propensity = { score: 0.4, model_version: 'v1', factors: [], scored_at: 2 };
    const gold = composeGold(exampleRow, { propensity, segments: ['vip'] }, 4);
    expect(gold.propensity).toEqual(propensity);
    expect(gold.segments).toEqual(['vip']);
  });
});

describe('customer parts', () => {
  it('numbers versions per customer without a gap', () => {
    const state = memoryState();
    expect([nextVersion(state, 'a'), nextVersion(state, 'a'), nextVersion(state, 'b')]).toEqual([1, 2, 1]);
  });

  it('forgets a part that is taken away', () => {
    const state = memoryState();
    keepPart(state, PARTS.segments, 'a', ['vip']);
    expect(segmentsOf(state, 'a')).toEqual(['vip']);
    keepPart(state, PARTS.segments, 'a', null);
    expect(segmentsOf(state, 'a')).toEqual([]);
    expect(propensityOf(state, 'a')).toBeNull();
  });
});
