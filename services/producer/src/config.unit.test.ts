import { loadConfig } from '@marketing-streams/platform/config';
import { describe, expect, it } from 'vitest';
import { adWeights, shape } from './config.ts';

describe('the weights of ad events', () => {
  it('are four impressions in five as shipped', () => {
    expect(adWeights(loadConfig('producer', shape))).toEqual({ impression: 80, click: 15, conversion: 5 });
  });

  it('may not all be 0 while ad events are to happen', () => {
    const none = { ad_impression_weight: 0, ad_click_weight: 0, ad_conversion_weight: 0 };
    expect(() => adWeights({ ad_rate: 15, ...none })).toThrow(/ad_click_weight.*are all 0.*AD_RATE/);
    expect(adWeights({ ad_rate: 0, ...none }).click).toBe(0);
  });
});
