import { readFileSync } from 'node:fs';
import { loadConfig } from '@marketing-streams/platform/config';
import { describe, expect, it } from 'vitest';
import { limitsOf, shape } from './config.ts';

const yaml = readFileSync(new URL('../../../config/default.yaml', import.meta.url), 'utf8');
const load = (environment: Readonly<Record<string, string>> = {}) =>
  loadConfig('monitor', shape, { yaml, environment });

describe('the limits of campaigns', () => {
  it('are the same for all as they are shipped', () => {
    const { alert_limits, alert_limits_of_campaigns } = load();
    expect(limitsOf(alert_limits, alert_limits_of_campaigns)('constructor')).toEqual({
      cpaAbove: 5_000,
      spendPerMinuteAbove: 100_000,
      noClicksMinutes: 10,
    });
  });

  it('are set for single campaigns, as JSON in the environment too', () => {
    const { alert_limits, alert_limits_of_campaigns } = load({
      ALERT_LIMITS: '{"cpa_above":19.99}',
      ALERT_LIMITS_OF_CAMPAIGNS: '{"sale":{"no_clicks_minutes":5},"quiet":{"cpa_above":null}}',
    });
    const limits = limitsOf(alert_limits, alert_limits_of_campaigns);
    expect(limits('other')).toEqual({ cpaAbove: 1_999, spendPerMinuteAbove: null, noClicksMinutes: null });
    expect(limits('sale')).toMatchObject({ cpaAbove: 1_999, noClicksMinutes: 5 });
    expect(limits('quiet').cpaAbove).toBeNull();
  });

  it('are refused when they make no sense, by name', () => {
    expect(() => load({ ALERT_LIMITS: '{"cpa_over":3}' })).toThrow(/alert_limits \(ALERT_LIMITS\)/);
    expect(() => load({ ALERT_LIMITS: 'cpa 3' })).toThrow(/alert_limits/);
    expect(() => load({ ALERT_LIMITS_OF_CAMPAIGNS: '{"sale":{"cpa_above":-1}}' })).toThrow(
      /alert_limits_of_campaigns/,
    );
  });
});
