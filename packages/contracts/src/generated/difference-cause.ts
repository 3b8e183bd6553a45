// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** Why they differ; under-way while the other side has not caught up. */
export type DifferenceCause = 'under-way' | 'rejected' | 'misplaced' | 'overtaken' | 'unknown';

/** All values of DifferenceCause. */
export const DIFFERENCE_CAUSE_VALUES = ['under-way', 'rejected', 'misplaced', 'overtaken', 'unknown'] as const;
