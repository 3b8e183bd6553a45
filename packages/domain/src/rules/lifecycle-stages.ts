/** The stages of a customer, from the most valuable to the newest. */
export const LIFECYCLE_STAGES = ['evangelist', 'high-value', 'engaged', 'customer', 'prospect'] as const;
export type LifecycleStage = (typeof LIFECYCLE_STAGES)[number];
