/** How a hop does. */
export type HopState =
  /** It has read everything. */
  | 'caught-up'
  /** It has something to read, and reads. */
  | 'working'
  /** It has something to read, and has not moved for a while although it runs. */
  | 'standing'
  /** Nobody runs it. */
  | 'stopped'
  /** Nobody runs it and nobody ever did. */
  | 'absent';

/** A hop at a moment. */
export type HopLook = {
  /** When it was looked at, epoch milliseconds. */
  readonly at: number;
  readonly hasMembers: boolean;
  /** Whether it has ever committed a position. */
  readonly hasPositions: boolean;
  /** Sum of its positions: grows with what it reads. */
  readonly position: number;
  readonly unread: number;
};

/** What is remembered of a hop from look to look. */
export type HopMemory = { readonly look: HopLook; readonly movedAt: number; readonly rate: number };

/** A hop that runs and has not moved for so long although there is something to read stands still. */
export const STANDING_MILLISECONDS = 10_000;

/** What to remember after one more look. */
export const remember = (before: HopMemory | undefined, look: HopLook): HopMemory => {
  if (before === undefined) return { look, movedAt: look.at, rate: 0 };
  const seconds = (look.at - before.look.at) / 1000;
  const read = look.position - before.look.position;
  // With nothing to read there is nothing to move for.
  const moved = read !== 0 || before.look.unread === 0;
  return {
    look,
    movedAt: moved ? look.at : before.movedAt,
    rate: seconds <= 0 ? before.rate : Math.max(0, read / seconds),
  };
};

/** How a hop does by what is remembered of it. */
export const stateOf = ({ look, movedAt }: HopMemory): HopState => {
  if (!look.hasMembers) return look.hasPositions ? 'stopped' : 'absent';
  if (look.unread === 0) return 'caught-up';
  return look.at - movedAt >= STANDING_MILLISECONDS ? 'standing' : 'working';
};
