import { compareStamps, mergeSourceOffsets, type SourceOffset, type Stamp } from './source-offsets.ts';

/** A record of `dom.customer.profile.upsert.v1`: a null leaves the field as it was. */
export type ProfilePatch = {
  readonly customer_id: string;
  readonly email: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly phone: string | null;
  readonly is_active: boolean | null;
  /** A stage as somebody sent it: information, the computed one counts. */
  readonly lifecycle_stage: string | null;
  /** Who says so, e.g. `webapp`, or `lifecycle` for what gold reports back. */
  readonly source: string;
  /** When this became true, epoch milliseconds. */
  readonly updated_at: number;
};

/** The precedence of one field's value: when it became true and where in the profile topic it was said. */
export type FieldUpdate = {
  readonly updated_at: number;
  readonly partition: number;
  readonly offset: number;
};

/** A row of `silver.customers.v1`: every field's newest value. */
export type ProfileRow = ProfilePatch & {
  /** Smallest `updated_at` of all patches, epoch milliseconds. */
  readonly created_at: number;
  /** By field name; a field nobody has set has none. */
  readonly field_updates: Readonly<Record<string, FieldUpdate>>;
  readonly source_offsets: readonly SourceOffset[];
};

/** The fields that are merged one by one; `source` always has a value, so its stamp is the newest patch's. */
export const PROFILE_FIELDS = [
  'email',
  'first_name',
  'last_name',
  'phone',
  'is_active',
  'lifecycle_stage',
  'source',
] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

const stampOf = (update: FieldUpdate): Stamp => ({
  time: update.updated_at,
  offset: update.offset,
  partition: update.partition,
});

/** The row as it is before the first patch: nothing known, so that every field of the patch counts. */
const unknownCustomer = (patch: ProfilePatch): ProfileRow => ({
  customer_id: patch.customer_id,
  email: null,
  first_name: null,
  last_name: null,
  phone: null,
  is_active: null,
  lifecycle_stage: null,
  source: patch.source,
  updated_at: patch.updated_at,
  created_at: patch.updated_at,
  field_updates: {},
  source_offsets: [],
});

/**
 * Merges a patch into a row, field by field: the value with the newest (updated_at, offset) counts, a null
 * says nothing. The result does not depend on the order in which patches arrive, nor on how often one does.
 *
 * Gives null when nothing changes: the patch was seen before, repeats the same values with the same
 * `updated_at`, or all it says is older than what is known. Then `source_offsets` does not move either, because
 * the patch is no part of the row. See docs/decisions/0030-precedence-and-activity.md.
 */
export const mergeProfile = (
  current: ProfileRow | undefined,
  patch: ProfilePatch,
  position: SourceOffset,
): ProfileRow | null => {
  const before = current ?? unknownCustomer(patch);
  const update: FieldUpdate = {
    updated_at: patch.updated_at,
    partition: position.partition,
    offset: position.offset,
  };
  const stamp = stampOf(update);
  const values: Record<string, unknown> = {};
  const updates: Record<string, FieldUpdate> = {};
  let changed = current === undefined;
  for (const field of PROFILE_FIELDS) {
    const value = patch[field];
    const known = before.field_updates[field];
    const isRepeat = known?.updated_at === patch.updated_at && before[field] === value;
    const counts =
      value !== null && !isRepeat && (known === undefined || compareStamps(stamp, stampOf(known)) > 0);
    if (counts) {
      changed = true;
      values[field] = value;
      updates[field] = update;
    } else if (known !== undefined) {
      updates[field] = known;
    }
  }
  if (!changed && patch.updated_at >= before.created_at) return null;
  return {
    ...before,
    ...values,
    created_at: Math.min(before.created_at, patch.updated_at),
    updated_at: Math.max(before.updated_at, patch.updated_at),
    field_updates: updates,
    source_offsets: mergeSourceOffsets(before.source_offsets, [position]),
  };
};
