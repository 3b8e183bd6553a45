import { type AvroSchema, createCompactCodec } from '@marketing-streams/contracts/compact-codec';
import type { Tally } from '@marketing-streams/domain/campaigns/tally';
import type { Cents } from '@marketing-streams/domain/money';

/** What one partition of the events gives to a window. */
export type Contribution = Tally & { readonly source_partition: number };

/** Events of a window that came too late for it. */
export type LateTally = { readonly events: number; readonly spend: Cents };

const field = (name: string, type: AvroSchema): AvroSchema => ({ name, type });

const TALLY_FIELDS = [
  field('impressions', 'long'),
  field('clicks', 'long'),
  field('conversions', 'long'),
  field('spend', 'long'),
];

/** A tally. */
export const tallyCodec = createCompactCodec<Tally>({ type: 'record', name: 'Tally', fields: TALLY_FIELDS });

/** What came too late for a window. */
export const lateTallyCodec = createCompactCodec<LateTally>({
  type: 'record',
  name: 'LateTally',
  fields: [field('events', 'long'), field('spend', 'long')],
});

/** What each partition of the events gives to a window. */
export const contributionsCodec = createCompactCodec<readonly Contribution[]>({
  type: 'array',
  items: {
    type: 'record',
    name: 'Contribution',
    fields: [field('source_partition', 'int'), ...TALLY_FIELDS],
  },
});
