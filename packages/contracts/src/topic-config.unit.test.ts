import { describe, expect, it } from 'vitest';
import { parseRetention, topicConfig } from './topic-config.ts';
import { INPUT_TOPICS, TOPICS } from './topics.ts';

const DAY = 86_400_000;
const settings = { partitions: 6, inputRetentionMilliseconds: 7 * DAY };

describe('parseRetention', () => {
  it.each([
    ['7d', 7 * DAY],
    ['12h', DAY / 2],
    ['30m', 1_800_000],
    ['90s', 90_000],
    [' 1 d ', DAY],
  ])('%s', (text, milliseconds) => {
    expect(parseRetention(text)).toBe(milliseconds);
  });

  it.each(['', '7', 'd', '0d', '-1d', '1.5d', '7w', '7d12h'])('refuses %j, naming the setting', (text) => {
    expect(() => parseRetention(text)).toThrow(`INPUT_RETENTION = ${JSON.stringify(text)}`);
  });
});

describe('the catalogue', () => {
  it.each(Object.entries(TOPICS))('%s is filed under its name', (name, contract) => {
    expect(contract.name).toBe(name);
    expect(contract.schema === null).toBe(contract.format === 'bytes');
  });

  it.each(INPUT_TOPICS)('%s is deleted by age and never compacted', (name) => {
    const { entries, partitions } = topicConfig(TOPICS[name], settings);
    expect(partitions).toBe(6);
    expect(entries).toMatchObject({ 'cleanup.policy': 'delete', 'retention.ms': String(7 * DAY) });
  });

  const compacted = Object.values(TOPICS).filter(({ retention }) => retention === 'compact');
  it.each(compacted.map(({ name }) => name))('%s is compacted and keeps tombstones for 7 days', (name) => {
    const { entries } = topicConfig(TOPICS[name], settings);
    expect(entries).toMatchObject({ 'cleanup.policy': 'compact', 'delete.retention.ms': String(7 * DAY) });
  });

  it('compacts all of silver, gold, the JSON customer topics and what is true of a key for good', () => {
    expect(compacted.map(({ name }) => name)).toEqual([
      'silver.customers.v1',
      'silver.orders.v1',
      'silver.activations.v1',
      'gold.customer_360.v1',
      'dom.propensity.score.v1',
      'dom.segment.materialized.v1',
      'dom.customer.consolidated.v1',
      'dom.customer.gold.v1',
      'gold.campaign_performance.v1',
      'gold.segment_sizes.v1',
      'ops.late_events.v1',
      'ops.reconciliation.v1',
    ]);
  });

  it('keeps windows by key, and only as long as the inputs they are made of', () => {
    for (const name of ['results', 'live.campaign_partials.v1'] as const) {
      const { entries } = topicConfig(TOPICS[name], settings);
      expect(entries).toMatchObject({
        'cleanup.policy': 'compact,delete',
        'retention.ms': String(settings.inputRetentionMilliseconds),
      });
    }
  });

  it.each(Object.values(TOPICS).map(({ name }) => name))(
    '%s does not keep the lz4 or snappy of a foreign producer, which nobody here could read',
    (name) => {
      expect(topicConfig(TOPICS[name], settings).entries['compression.type']).toBe('uncompressed');
    },
  );

  it('gives dead letters room for a whole record and a year', () => {
    const [deadLetters, input] = (['dead-letter-queue', 'dom.order.placed.v1'] as const).map(
      (name) => topicConfig(TOPICS[name], settings).entries,
    );
    expect(Number(deadLetters!['max.message.bytes'])).toBeGreaterThan(Number(input!['max.message.bytes']));
    expect(deadLetters!['retention.ms']).toBe(String(365 * DAY));
  });
});
