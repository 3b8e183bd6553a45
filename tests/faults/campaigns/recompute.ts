/*
 * What ad events come to, worked out at once from the bronze table alone, the plainest way there is and with nothing
 * of what the stream uses: the other opinion.
 */

/** What is used of a row of `bronze/ad_events`; the value is base64. */
export type BronzeAdEvent = {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly value: string | null;
};

/** Of a window; money in cents. */
export type Sums = { impressions: number; clicks: number; conversions: number; spend: number };

export type Recomputed = {
  /** By campaign, channel and first moment, as a JSON list. */
  readonly windows: ReadonlyMap<string, Sums>;
  /** By campaign, channel, first moment and partition, as a JSON list. */
  readonly late: ReadonlyMap<string, { events: number; spend: number }>;
  /** `partition/offset` of records that are no events. */
  readonly invalid: ReadonlySet<string>;
};

const MINUTE = 60_000;
const DAY = 86_400_000;
const HOUR = 3_600_000;
const FIELDS = { impression: 'impressions', click: 'clicks', conversion: 'conversions' } as const;

type Event = {
  readonly ts: number;
  readonly user_id: string;
  readonly campaign_id: string;
  readonly channel: string;
  readonly event: keyof typeof FIELDS;
  readonly cost: number;
};

const isName = (name: unknown): boolean => typeof name === 'string' && name !== '';

const eventIn = ({ value, timestamp }: BronzeAdEvent): Event | null => {
  if (value === null) return null;
  let event: Event;
  try {
    event = JSON.parse(Buffer.from(value, 'base64').toString()) as Event;
  } catch {
    return null;
  }
  const { ts, user_id, campaign_id, channel, event: kind, cost } = event;
  const isValid =
    Number.isInteger(ts) &&
    ts <= timestamp + HOUR &&
    [user_id, campaign_id, channel].every(isName) &&
    kind in FIELDS &&
    cost >= 0 &&
    /^\d+(\.\d\d?)?$/.test(String(cost));
  return isValid ? event : null;
};

const entry = <Value>(map: Map<string, Value>, key: readonly unknown[], empty: Value): Value => {
  const name = JSON.stringify(key);
  const found = map.get(name) ?? empty;
  map.set(name, found);
  return found;
};

/** Goes through each partition's events in their order; late is what comes a day after its window began. */
export const recompute = (rows: readonly BronzeAdEvent[]): Recomputed => {
  const windows = new Map<string, Sums>();
  const late = new Map<string, { events: number; spend: number }>();
  const invalid = new Set<string>();
  const clocks = new Map<number, number>();
  const inOrder = [...rows].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  for (const row of inOrder) {
    const { partition, offset } = row;
    const event = eventIn(row);
    if (event === null) {
      invalid.add(`${partition}/${offset}`);
      continue;
    }
    const { ts, campaign_id, channel, event: kind, cost } = event;
    const clock = Math.max(ts, clocks.get(partition) ?? 0);
    clocks.set(partition, clock);
    const start = Math.floor(ts / MINUTE) * MINUTE;
    const cents = Math.round(cost * 100);
    if (clock - start >= DAY) {
      const counted = entry(late, [campaign_id, channel, start, partition], { events: 0, spend: 0 });
      counted.events += 1;
      counted.spend += cents;
      continue;
    }
    const sums = entry(windows, [campaign_id, channel, start], {
      impressions: 0,
      clicks: 0,
      conversions: 0,
      spend: 0,
    });
    sums[FIELDS[kind]] += 1;
    sums.spend += cents;
  }
  return { windows, late, invalid };
};

/** Windows put together by the hour or the day they begin in. */
export const rolledUp = (
  windows: ReadonlyMap<string, Sums>,
  milliseconds: number,
): ReadonlyMap<string, Sums> => {
  const sums = new Map<string, Sums>();
  for (const [key, window] of windows) {
    const [campaign, channel, start] = JSON.parse(key) as [string, string, number];
    const longer = [campaign, channel, Math.floor(start / milliseconds) * milliseconds];
    const total = entry(sums, longer, { impressions: 0, clicks: 0, conversions: 0, spend: 0 });
    for (const field of ['impressions', 'clicks', 'conversions', 'spend'] as const)
      total[field] += window[field];
  }
  return sums;
};
