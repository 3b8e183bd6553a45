/** A segment that a customer is in, and since when: the time of the first evaluation that said so, epoch milliseconds. */
export type Membership = { readonly segment: string; readonly since: number };

/**
 * The memberships after one more evaluation, in the order of the segments' names; null when the customer is in the
 * same segments as before. Who left and comes back is a member anew.
 */
export const membershipsAfter = (
  former: readonly Membership[],
  segments: readonly string[],
  evaluatedAt: number,
): readonly Membership[] | null => {
  const since = new Map(former.map((membership) => [membership.segment, membership.since]));
  const names = [...new Set(segments)].sort();
  if (names.length === since.size && names.every((name) => since.has(name))) return null;
  return names.map((segment) => ({ segment, since: since.get(segment) ?? evaluatedAt }));
};
