import type { CampaignPartial } from '@marketing-streams/contracts/generated/campaign-partial';
import type { CampaignResult } from '@marketing-streams/contracts/generated/campaign-result';
import type { JsonCodec } from '@marketing-streams/contracts/json-codec';
import { structuredKey } from '@marketing-streams/contracts/row-key';
import {
  type HeardPartition,
  newestClosedWindow,
} from '@marketing-streams/domain/campaigns/forgotten-windows';
import {
  addTallies,
  costPerAction,
  costPerClick,
  EMPTY_TALLY,
  sameTally,
} from '@marketing-streams/domain/campaigns/tally';
import { WINDOW_MILLISECONDS } from '@marketing-streams/domain/campaigns/window';
import type { Timer } from '@marketing-streams/stream/processor';
import type { StateCodecs } from '@marketing-streams/stream/state/state-codec';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { deadLetter, drop, ok, type Step } from '@marketing-streams/stream/step';
import { type Contribution, contributionsCodec } from './state-codecs.ts';
import { windowKey, windowStartOf } from './window-keys.ts';

/** What each partition of the events gives to each window. */
const WINDOWS = 'w';
/**
 * What was heard of each partition of the events, on each partition of their parts: what one of these says of a clock
 * may be read long before what another one still holds of the time before.
 */
const HEARD = 'h';
/** When the first record came: epoch milliseconds of record time. */
const BEGAN = 'b';
/** The newest window that was forgotten: its first moment. */
const FORGOTTEN = 'f';

const FORGET_WINDOWS_EVERY_MILLISECONDS = 600_000;
/** A partition that goes on in one and the same window is noted as heard so often. */
const NOTE_AS_HEARD_EVERY_MILLISECONDS = 3_600_000;

/** How the state is written. */
export const WINDOWS_STATE: StateCodecs = { [WINDOWS]: contributionsCodec };

const heardKey = (partition: number, sourcePartition: number): string =>
  `${HEARD}${partition}/${sourcePartition}`;

const hear = (
  state: StateView,
  { source_partition, window_start }: CampaignPartial,
  partition: number,
  now: number,
): void => {
  if (state.get(BEGAN) === undefined) state.put(BEGAN, now);
  const key = heardKey(partition, source_partition);
  const { newestWindow, heardAt } = state.get<HeardPartition>(key) ?? { newestWindow: null, heardAt: 0 };
  const isNewer = newestWindow === null || window_start > newestWindow;
  if (!isNewer && now - heardAt < NOTE_AS_HEARD_EVERY_MILLISECONDS) return;
  state.put(key, { newestWindow: isNewer ? window_start : newestWindow, heardAt: Math.max(now, heardAt) });
};

const resultOf = (
  { campaign, channel, window_start }: CampaignPartial,
  contributions: readonly Contribution[],
): CampaignResult => {
  const { impressions, clicks, conversions, spend } = contributions.reduce(addTallies, EMPTY_TALLY);
  const tally = { impressions, clicks, conversions, spend };
  return {
    campaign,
    channel,
    window: '1m',
    window_start,
    window_end: window_start + WINDOW_MILLISECONDS,
    ...tally,
    CPC: costPerClick(tally),
    CPA: costPerAction(tally),
  };
};

/** A part takes the place of what its partition gave to the window before; the window goes out as it is then. */
export const countPartial = (results: JsonCodec<CampaignResult>): Step<CampaignPartial, null> =>
  function countPartial(partial, { record, state }) {
    const { campaign, channel, window_start, source_partition } = partial;
    const stateKey = windowKey(WINDOWS, window_start, campaign, channel);
    const former = state.get<readonly Contribution[]>(stateKey) ?? [];
    const forgotten = state.get<number>(FORGOTTEN);
    if (former.length === 0 && forgotten !== undefined && window_start <= forgotten) {
      // To count it alone would take away what the other partitions gave.
      return deadLetter('VALUE_INVALID', `window_start = ${window_start}: the window was closed long ago`);
    }
    hear(state, partial, record.partition, record.timestamp);
    const { impressions, clicks, conversions, spend } = partial;
    const contribution: Contribution = { source_partition, impressions, clicks, conversions, spend };
    const before = former.find((one) => one.source_partition === source_partition);
    if (before !== undefined && sameTally(before, contribution)) return drop('unchanged');
    const others = former.filter((one) => one !== before);
    const contributions = [...others, contribution];
    state.put(stateKey, contributions);
    return ok(null, [
      {
        topic: 'results',
        // On the partition of the whole key, where ksqlDB puts it: a window lies on one, whoever counted it.
        key: structuredKey({ campaign, channel, window_start }, ['campaign', 'channel', 'window_start']),
        value: () => results.encode(resultOf(partial, contributions)),
        latestOnly: true,
      },
    ]);
  };

/** Windows that no partition of the events can change any more leave the state. `partitions`: of the events' topic. */
export const forgetClosedWindows = (partitions: number): Timer => ({
  name: 'forget-closed-windows',
  clock: 'event-time',
  everyMilliseconds: FORGET_WINDOWS_EVERY_MILLISECONDS,
  run: ({ state, now, partitions: own }) => {
    const unheard: HeardPartition = { newestWindow: null, heardAt: state.get<number>(BEGAN) ?? now };
    const heard = own.flatMap((partition) =>
      Array.from(
        { length: partitions },
        (_, sourcePartition) => state.get<HeardPartition>(heardKey(partition, sourcePartition)) ?? unheard,
      ),
    );
    const closed = newestClosedWindow(heard, now);
    if (closed === null || closed <= (state.get<number>(FORGOTTEN) ?? 0)) return [];
    const forgotten: string[] = [];
    for (const [key] of state.range(WINDOWS)) {
      if (windowStartOf(WINDOWS, key) > closed) break;
      forgotten.push(key);
    }
    for (const key of forgotten) state.remove(key);
    state.put(FORGOTTEN, closed);
    return [];
  },
});
