// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** What became of a message. */
export type DeliveryStatus = 'DELIVERED' | 'FAILED';

/** All values of DeliveryStatus. */
export const DELIVERY_STATUS_VALUES = ['DELIVERED', 'FAILED'] as const;
