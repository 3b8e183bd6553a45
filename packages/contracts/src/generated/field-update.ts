// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';

/** Precedence of a field's current value: a patch with a larger (updated_at, offset, partition) replaces it. */
export type FieldUpdate = {
  /** When the patch that set the field happened. */
  readonly updated_at: EpochMilliseconds;
  /** Partition of that patch. */
  readonly partition: number;
  /** Offset of that patch. */
  readonly offset: number;
};
