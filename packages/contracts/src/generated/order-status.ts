// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** Where an order stands. CANCELLED and REFUNDED rank above PLACED: a late or replayed PLACED never brings an order back. */
export type OrderStatus = 'PLACED' | 'CANCELLED' | 'REFUNDED';

/** All values of OrderStatus. */
export const ORDER_STATUS_VALUES = ['PLACED', 'CANCELLED', 'REFUNDED'] as const;
