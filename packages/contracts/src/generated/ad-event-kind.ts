// Generated from schemas/ by `npm run generate`; change the schema, not this file.
/** What happened. */
export type AdEventKind = 'impression' | 'click' | 'conversion';

/** All values of AdEventKind. */
export const AD_EVENT_KIND_VALUES = ['impression', 'click', 'conversion'] as const;
