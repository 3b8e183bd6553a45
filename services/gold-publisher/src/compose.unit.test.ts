import { describe, expect, it } from 'vitest';
import { composeGold } from './compose.ts';
import { exampleRow } from './testing/example-row.ts';

describe('composeGold', () => {
  it('carries the whole customer 360', () => {
    expect(composeGold(exampleRow, { propensity: null, segments: [], version: 3 })).toMatchObject({
      ...exampleRow,
      version: 3,
    });
  });

  it('adds score and segments', () => {
    const propensity = { score: 0.4, model_version: 'v1', factors: [], scored_at: 2 };
    const gold = composeGold(exampleRow, {
      propensity,
      segments: [{ segment: 'vip', since: 7 }],
      version: 4,
    });
    expect(gold.propensity).toEqual(propensity);
    expect(gold.segments).toEqual(['vip']);
    expect(gold.segment_since).toEqual({ vip: 7 });
  });
});
