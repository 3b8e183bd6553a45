// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** How urgent it is. */
export type AlertSeverity = 'warning' | 'critical';

/** All values of AlertSeverity. */
export const ALERT_SEVERITY_VALUES = ['warning', 'critical'] as const;
