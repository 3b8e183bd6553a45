// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** The medium a message was sent through. */
export type Channel = 'EMAIL' | 'SMS' | 'PUSH' | 'IN_APP';

/** All values of Channel. */
export const CHANNEL_VALUES = ['EMAIL', 'SMS', 'PUSH', 'IN_APP'] as const;
