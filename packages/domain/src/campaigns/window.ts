/** Length of the windows of `results`, in milliseconds: they tumble by event time, from 1970 on. */
export const WINDOW_MILLISECONDS = 60_000;

/** How long after its end a window takes events, in milliseconds: ksqlDB's default of a day less the window. */
export const GRACE_MILLISECONDS = 86_400_000 - WINDOW_MILLISECONDS;

/** The lengths of the windows that gold keeps, in milliseconds: hours and days are UTC's. */
export const ROLL_UPS = { '1m': WINDOW_MILLISECONDS, '1h': 3_600_000, '1d': 86_400_000 } as const;

/** Name of such a length. */
export type RollUp = keyof typeof ROLL_UPS;

/** First moment of the window of a length that holds a moment; epoch milliseconds, not before 1970. */
export const startOfWindow = (time: number, length: number = WINDOW_MILLISECONDS): number =>
  time - (time % length);

/**
 * True when a window is over for a stream: Kafka Streams' rule, by which a window is closed from the moment on at
 * which the largest event time seen, this event's included, has reached the window's end and the grace.
 */
export const isClosed = (windowStart: number, streamTime: number): boolean =>
  windowStart + WINDOW_MILLISECONDS + GRACE_MILLISECONDS <= streamTime;
