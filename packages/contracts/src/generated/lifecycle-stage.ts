// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** How far a customer has come, computed from orders and engagement. */
export type LifecycleStage = 'prospect' | 'customer' | 'engaged' | 'high-value' | 'evangelist';

/** All values of LifecycleStage. */
export const LIFECYCLE_STAGE_VALUES = ['prospect', 'customer', 'engaged', 'high-value', 'evangelist'] as const;
