import type { AdEvent } from '@marketing-streams/contracts/generated/ad-event';
import { countEvent, EMPTY_TALLY, type Tally } from '@marketing-streams/domain/campaigns/tally';
import { isClosed, startOfWindow } from '@marketing-streams/domain/campaigns/window';
import type { Timer } from '@marketing-streams/stream/processor';
import type { StateCodecs } from '@marketing-streams/stream/state/state-codec';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { ok, type Step } from '@marketing-streams/stream/step';
import type { PartialOutputs } from './partial-outputs.ts';
import { type LateTally, lateTallyCodec, tallyCodec } from './state-codecs.ts';
import { partitionPrefix, windowKey, windowStartOf } from './window-keys.ts';

/** The largest event time of each partition. */
const CLOCKS = 's';
/** What each open window came to. */
const WINDOWS = 'w';
/** What came too late for each window. */
const LATE = 'l';

const LOOK_FOR_CLOSED_WINDOWS_EVERY_MILLISECONDS = 60_000;

const NOTHING_LATE: LateTally = { events: 0, spend: 0 };

/** How the state is written. */
export const PARTIALS_STATE: StateCodecs = { [WINDOWS]: tallyCodec, [LATE]: lateTallyCodec };

/** The partition's clock after an event: the largest event time seen, this one included. */
const advanceClock = (state: StateView, partition: number, ts: number): number => {
  const key = CLOCKS + partition;
  const clock = state.get<number>(key);
  if (clock !== undefined && clock >= ts) return clock;
  state.put(key, ts);
  return ts;
};

/**
 * Counts an event in its window's part, or as late. Clock and windows are those of the event's own partition, so that
 * what is late follows from the partition's records in their order, whatever the others do.
 */
export const countAdEvent = (outputs: PartialOutputs): Step<AdEvent, null> =>
  function countAdEvent(event, { record, state }) {
    const { partition } = record;
    const { campaign_id: campaign, channel } = event;
    const clock = advanceClock(state, partition, event.ts);
    const window_start = startOfWindow(event.ts);
    if (isClosed(window_start, clock)) {
      const key = windowKey(partitionPrefix(LATE, partition), window_start, campaign, channel);
      const { events, spend } = state.get<LateTally>(key) ?? NOTHING_LATE;
      const late = { events: events + 1, spend: spend + event.cost };
      state.put(key, late);
      return ok(null, [
        outputs.late({ campaign, channel, window_start, source_partition: partition, ...late }),
      ]);
    }
    const key = windowKey(partitionPrefix(WINDOWS, partition), window_start, campaign, channel);
    const tally = countEvent(state.get<Tally>(key) ?? EMPTY_TALLY, event);
    state.put(key, tally);
    return ok(null, [
      outputs.partial(key, { campaign, channel, window_start, source_partition: partition }, tally),
    ]);
  };

/** Windows that take no more events leave the state; what came of them is published. */
export const removeClosedWindows: Timer = {
  name: 'remove-closed-windows',
  clock: 'event-time',
  everyMilliseconds: LOOK_FOR_CLOSED_WINDOWS_EVERY_MILLISECONDS,
  run: ({ state, partitions }) => {
    for (const partition of partitions) {
      const clock = state.get<number>(CLOCKS + partition);
      if (clock === undefined) continue;
      const prefix = partitionPrefix(WINDOWS, partition);
      const closed: string[] = [];
      for (const [key] of state.range(prefix)) {
        if (!isClosed(windowStartOf(prefix, key), clock)) break;
        closed.push(key);
      }
      for (const key of closed) state.remove(key);
    }
    return [];
  },
};
