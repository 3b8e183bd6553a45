// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** Length of the window. */
export type ResultWindow = '1m';

/** All values of ResultWindow. */
export const RESULT_WINDOW_VALUES = ['1m'] as const;
