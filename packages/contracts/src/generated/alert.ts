// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';
import type { AlertSeverity } from './alert-severity.ts';
import type { AlertStatus } from './alert-status.ts';

/** Something somebody should look at, and later that it is over. */
export type Alert = {
  /** Identifies this occurrence: every later record of it has the same; also the message key. */
  readonly alert_id: string;
  /** Name of the rule that speaks, e.g. campaign-cpa-above. */
  readonly rule: string;
  /** How urgent it is. */
  readonly severity: AlertSeverity;
  /** Whether what it warns of still holds. */
  readonly status: AlertStatus;
  /** What it is about, as names and values, e.g. campaign and channel. */
  readonly subject: Readonly<Record<string, string>>;
  /** One sentence for people, with the numbers that decided. */
  readonly message: string;
  /** The measured figure. */
  readonly value: number;
  /** The figure it was held against. */
  readonly threshold: number;
  /** When it began to hold, in the clock of its rule. */
  readonly started_at: EpochMilliseconds;
  /** When this record's status began to hold. */
  readonly changed_at: EpochMilliseconds;
};

/** The registered schema of Alert: `schemas/ops.alerts.schema.json` without white space. */
export const ALERT_SCHEMA =
  '{"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:marketing-streams:ops.alerts","title":"Alert","description":"Something somebody should look at, and later that it is over.","type":"object","properties":{"alert_id":{"description":"Identifies this occurrence: every later record of it has the same; also the message key.","type":"string"},"rule":{"description":"Name of the rule that speaks, e.g. campaign-cpa-above.","type":"string"},"severity":{"title":"AlertSeverity","description":"How urgent it is.","type":"string","enum":["warning","critical"]},"status":{"title":"AlertStatus","description":"Whether what it warns of still holds.","type":"string","enum":["firing","resolved"]},"subject":{"description":"What it is about, as names and values, e.g. campaign and channel.","type":"object","additionalProperties":{"type":"string"}},"message":{"description":"One sentence for people, with the numbers that decided.","type":"string"},"value":{"description":"The measured figure.","type":"number"},"threshold":{"description":"The figure it was held against.","type":"number"},"started_at":{"description":"When it began to hold, in the clock of its rule.","type":"integer","format":"timestamp-millis"},"changed_at":{"description":"When this record\'s status began to hold.","type":"integer","format":"timestamp-millis"}},"required":["alert_id","rule","severity","status","subject","message","value","threshold","started_at","changed_at"],"additionalProperties":false}';
