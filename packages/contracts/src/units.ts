/** A moment: milliseconds since 1970-01-01T00:00:00Z, a safe integer (Avro `timestamp-millis`). */
export type EpochMilliseconds = number;

/** An amount of money in whole cents, a safe integer (Avro `decimal(18,2)`; in JSON a number with two decimals). */
export type Cents = number;
