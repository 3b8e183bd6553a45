// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** Whether what it warns of still holds. */
export type AlertStatus = 'firing' | 'resolved';

/** All values of AlertStatus. */
export const ALERT_STATUS_VALUES = ['firing', 'resolved'] as const;
