import type { ProfilePatch } from './profile.ts';
import { checkId, checkText, checkTime, collectProblems, type ValidationProblem } from './validation.ts';

/** RFC 5321 allows no longer path. */
const LONGEST_EMAIL = 254;
const EMAIL_SHAPE = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

/** True for `someone@host.tld`: the shape, not whether anybody reads it. */
export const isEmail = (value: string): boolean => value.length <= LONGEST_EMAIL && EMAIL_SHAPE.test(value);

/**
 * The problems of a profile patch's values. `reference`, the time of the record in epoch milliseconds, stands for
 * now, so that the same record gets the same verdict when it is folded again.
 */
export const validateProfile = (patch: ProfilePatch, reference: number): readonly ValidationProblem[] => {
  const collector = collectProblems();
  checkId(collector, 'customer_id', patch.customer_id);
  if (patch.email !== null && !isEmail(patch.email)) {
    collector.add('email', patch.email, 'must look like name@example.com');
  }
  checkText(collector, 'first_name', patch.first_name);
  checkText(collector, 'last_name', patch.last_name);
  checkText(collector, 'phone', patch.phone);
  checkText(collector, 'lifecycle_stage', patch.lifecycle_stage);
  checkId(collector, 'source', patch.source);
  checkTime(collector, 'updated_at', patch.updated_at, reference);
  return collector.problems();
};
