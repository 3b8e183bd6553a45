import {
  chance,
  createRandom,
  integerBetween,
  pick,
  pickWeighted,
} from '@marketing-streams/domain/simulation/random';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import type { Traffic } from '../ledger/traffic.ts';

export type AdTrafficOptions = { readonly seed: number; readonly partitions: number };

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

/** How old an event is when it is sent, in milliseconds. A window closes a day after it began. */
const AGES = [
  { weight: 60, youngest: 0, oldest: 2 * MINUTE },
  { weight: 20, youngest: 0, oldest: 30 * MINUTE },
  { weight: 8, youngest: 0, oldest: DAY },
  // Some of these are late for their partition, others are not yet.
  { weight: 8, youngest: DAY - 2 * MINUTE, oldest: DAY + MINUTE },
  { weight: 4, youngest: DAY, oldest: 3 * DAY },
] as const;

const KINDS = [
  { weight: 80, event: 'impression' },
  { weight: 15, event: 'click' },
  { weight: 5, event: 'conversion' },
] as const;

/** Names that run into each other when they are joined with underscores. */
const CAMPAIGNS = ['brand_awareness', 'spring_sale', 'retargeting', 'a', 'a_b', 'Été "été" 🎈'] as const;
const CHANNELS = ['email', 'facebook_ads', 'google_ads', 'tiktok', 'b_c', 'c'] as const;

/** Values that nobody can count. */
const POISON: readonly ((event: object) => string | null)[] = [
  () => 'no JSON',
  () => '[]',
  () => null,
  (event) => JSON.stringify({ ...event, event: 'purchase' }),
  (event) => JSON.stringify({ ...event, cost: -1 }),
  (event) => JSON.stringify({ ...event, cost: 0.005 }),
  (event) => JSON.stringify({ ...event, campaign_id: '' }),
  (event) => JSON.stringify({ ...event, ts: Date.now() + 2 * 60 * MINUTE }),
];

/** An endless stream of ad events, shuffled in time, some late and some beyond counting; the seed decides all but the clock. */
export const createAdTraffic = ({ seed, partitions }: AdTrafficOptions): Traffic => {
  const random = createRandom(seed, 2);
  return {
    next: (): OutgoingRecord => {
      const { youngest, oldest } = pickWeighted(random, AGES);
      const { event } = pickWeighted(random, KINDS);
      const user = `user-${integerBetween(random, 0, 999)}`;
      const ad = {
        ts: Date.now() - integerBetween(random, youngest, oldest),
        user_id: user,
        campaign_id: pick(random, CAMPAIGNS),
        channel: pick(random, CHANNELS),
        event,
        cost: event === 'impression' ? 0 : integerBetween(random, 1, 2_000) / 100,
      };
      const value = chance(random, 0.02) ? pick(random, POISON)(ad) : JSON.stringify(ad);
      return {
        topic: 'logs',
        // A client may leave the key out: its place alone tells an event from another.
        key: chance(random, 0.5) ? user : null,
        partition: integerBetween(random, 0, partitions - 1),
        value: value === null ? null : Buffer.from(value),
      };
    },
  };
};
