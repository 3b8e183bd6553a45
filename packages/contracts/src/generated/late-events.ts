// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';
import type { Cents } from '@marketing-streams/domain/money';

/** Events of a window that came after its grace: bronze keeps them, results leave them out. */
export type LateEvents = {
  /** The campaign. */
  readonly campaign: string;
  /** The channel. */
  readonly channel: string;
  /** First moment of the window that had closed. */
  readonly window_start: EpochMilliseconds;
  /** Partition of the input topic they came from. */
  readonly source_partition: number;
  /** Events that came after the window had closed. */
  readonly events: number;
  /** Sum of their costs, which no result holds. */
  readonly spend: Cents;
};

/** The registered schema of LateEvents: `schemas/ops.late_events.v1.schema.json` without white space. */
export const LATE_EVENTS_SCHEMA =
  '{"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:marketing-streams:ops.late_events.v1","title":"LateEvents","description":"Events of a window that came after its grace: bronze keeps them, results leave them out.","type":"object","properties":{"campaign":{"description":"The campaign.","type":"string"},"channel":{"description":"The channel.","type":"string"},"window_start":{"description":"First moment of the window that had closed.","type":"integer","format":"timestamp-millis"},"source_partition":{"description":"Partition of the input topic they came from.","type":"integer","minimum":0},"events":{"description":"Events that came after the window had closed.","type":"integer","minimum":1},"spend":{"description":"Sum of their costs, which no result holds.","type":"number","format":"decimal-18-2"}},"required":["campaign","channel","window_start","source_partition","events","spend"],"additionalProperties":false}';
