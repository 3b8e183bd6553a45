import { type AvroSchema, createCompactCodec } from '@marketing-streams/contracts/compact-codec';
import type { SourceOffset } from '@marketing-streams/contracts/record';
import type { Tally } from '@marketing-streams/domain/campaigns/tally';

/** What one minute of an hour came to; the first one is 0. */
export type MinuteTally = Tally & { readonly minute: number };

/** What is kept of an hour: its minutes, so that each can be taken away again. */
export type HourState = {
  readonly minutes: readonly MinuteTally[];
  readonly source_offsets: readonly SourceOffset[];
};

/** What is kept of a day. */
export type DayState = { readonly total: Tally; readonly source_offsets: readonly SourceOffset[] };

const field = (name: string, type: AvroSchema): AvroSchema => ({ name, type });
const record = (name: string, fields: readonly AvroSchema[]): AvroSchema => ({
  type: 'record',
  name,
  fields,
});

const TALLY_FIELDS = ['impressions', 'clicks', 'conversions', 'spend'].map((name) => field(name, 'long'));

const SOURCE_OFFSETS = field('source_offsets', {
  type: 'array',
  items: record('SourceOffset', [
    field('topic', 'string'),
    field('partition', 'int'),
    field('offset', 'long'),
  ]),
});

/** How an hour is written. */
export const hourCodec = createCompactCodec<HourState>(
  record('HourState', [
    field('minutes', {
      type: 'array',
      items: record('MinuteTally', [field('minute', 'int'), ...TALLY_FIELDS]),
    }),
    SOURCE_OFFSETS,
  ]),
);

/** How a day is written. */
export const dayCodec = createCompactCodec<DayState>(
  record('DayState', [field('total', record('Tally', TALLY_FIELDS)), SOURCE_OFFSETS]),
);
