import { setImmediate } from 'node:timers/promises';
import { createLogger } from '@marketing-streams/platform/logging';
import type { Admin, CommittedPosition, Position } from '@marketing-streams/stream/kafka/api';
import { describe, expect, it, vi } from 'vitest';
import { followThrough, watchProgress } from './progress.ts';

const INPUT = 'dom.order.placed.v1';
const DEAD = 'dead-letter-queue';

/** A cluster of one partition a topic: ends, and how far each group is in each topic. */
const cluster = () => {
  const ends: Record<string, number> = {};
  const groups: Record<string, Record<string, number>> = {};
  const asked: string[] = [];
  const members = { now: true };
  const admin = {
    endOffsets: async (topics: readonly string[]): Promise<readonly Position[]> =>
      topics.map((topic) => ({ topic, partition: 0, offset: ends[topic] ?? 0 })),
    committedPositions: async (
      group: string,
      partitions: readonly { readonly topic: string }[],
    ): Promise<readonly CommittedPosition[]> => {
      asked.push(group);
      return partitions.flatMap(({ topic }) => {
        const offset = groups[group]?.[topic];
        return offset === undefined ? [] : [{ topic, partition: 0, offset, metadata: '' }];
      });
    },
    hasMembers: async () => members.now,
    close: async () => {},
  } as unknown as Admin;
  return { ends, groups, asked, members, admin };
};

/** Does one thing after the other whenever the follower waits; stops it when there is nothing left. */
const steps = (...actions: readonly (() => void)[]) => {
  let next = 0;
  return async (): Promise<boolean> => {
    const action = actions[next++];
    action?.();
    return action !== undefined;
  };
};

describe('following what lies on the inputs', () => {
  it('waits for every stage, and for what the stage before has put on its topics', async () => {
    const { ends, groups, admin } = cluster();
    const told: string[] = [];
    ends[INPUT] = 10;
    ends[DEAD] = 5;
    const before = await followThrough(
      admin,
      steps(
        () => {
          told.push('silver refuses one on the way');
          groups['silver'] = { [INPUT]: 10 };
          ends['silver.orders.v1'] = 7;
          ends[DEAD] = 6;
          ends[INPUT] = 20;
        },
        () => {
          told.push('gold');
          groups['gold'] = { 'silver.orders.v1': 7 };
          ends['gold.customer_360.v1'] = 3;
        },
        () => {
          told.push('reconciliation has not read the dead letter');
          groups['reconciliation'] = { [INPUT]: 20, [DEAD]: 5, 'gold.customer_360.v1': 3 };
        },
        () => {
          told.push('it has');
          groups['reconciliation'] = { [INPUT]: 20, [DEAD]: 6, 'gold.customer_360.v1': 3 };
        },
      ),
    );
    expect(told).toHaveLength(4);
    expect(before?.get(`${INPUT}/0`)).toBe(10);
  });

  it('waits for the live aggregation where it runs, and asks ksqlDB nothing', async () => {
    const { ends, groups, admin } = cluster();
    ends[INPUT] = 1;
    groups['silver'] = groups['reconciliation'] = { [INPUT]: 1 };
    const withoutLive = await followThrough(admin, steps());
    expect(withoutLive).not.toBeNull();
    groups['live-customers'] = { [INPUT]: 0 };
    expect(await followThrough(admin, steps())).toBeNull();
    const caughtUp = () => {
      groups['live-customers'] = { [INPUT]: 1 };
    };
    expect(await followThrough(admin, steps(caughtUp))).not.toBeNull();
  });
});

describe('a live aggregation that runs no more', () => {
  it('is waited for for a while, since it may come back', async () => {
    const { ends, groups, members, admin } = cluster();
    ends[INPUT] = 1;
    groups['silver'] = groups['reconciliation'] = { [INPUT]: 1 };
    groups['live-customers'] = { [INPUT]: 0 };
    const often = steps(...Array.from({ length: 500 }, () => () => {}));
    expect(await followThrough(admin, often)).toBeNull();
    members.now = false;
    expect(await followThrough(admin, steps(...Array.from({ length: 100 }, () => () => {})))).toBeNull();
    expect(await followThrough(admin, steps(...Array.from({ length: 130 }, () => () => {})))).not.toBeNull();
  });
});

describe('watching progress', () => {
  const logger = createLogger('test');
  logger.level = 'silent';

  it('asks Kafka only while somebody wants to know', async () => {
    const { admin, asked } = cluster();
    const progress = watchProgress(() => admin, logger);
    await setImmediate();
    expect(asked).toEqual([]);
    expect(progress.latest()).toBeNull();
    const began = Date.now();
    progress.want(true);
    await vi.waitFor(() => expect(progress.latest()?.at).toBeGreaterThanOrEqual(began));
    progress.want(false);
    await progress.stop();
  });

  it('goes on after an outage, and stops at once', async () => {
    const { admin } = cluster();
    let outages = 0;
    const progress = watchProgress(() => {
      outages += 1;
      return outages === 1
        ? ({ ...admin, endOffsets: () => Promise.reject(new Error('away')) } as Admin)
        : admin;
    }, logger);
    progress.want(true);
    await vi.waitFor(() => expect(progress.latest()).not.toBeNull(), { timeout: 5_000 });
    const began = performance.now();
    await progress.stop();
    expect(performance.now() - began).toBeLessThan(400);
  });
});
