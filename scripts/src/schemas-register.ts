import type { SchemaRegistry, SchemaType } from '@marketing-streams/contracts/schema-registry';
import { subjectOf, TOPICS, type TopicContract } from '@marketing-streams/contracts/topics';
import { PlatformError } from '@marketing-streams/platform/errors';

/** A registered contract. */
export type SchemaOutcome = { readonly subject: string; readonly type: SchemaType; readonly id: number };

const registerSchema = async (
  registry: SchemaRegistry,
  subject: string,
  schema: string,
  type: SchemaType,
): Promise<SchemaOutcome> => {
  const { compatible, reasons } = await registry.isCompatible(subject, schema, type);
  if (!compatible) {
    throw new PlatformError(
      'SCHEMA_INCOMPATIBLE',
      `${subject}: the schema cannot read what the registered version wrote (BACKWARD): ${reasons.join('; ') || 'the registry gives no reason'}`,
      { details: { subject, reasons } },
    );
  }
  const id = await registry.register(subject, schema, type);
  await registry.requireBackward(subject);
  return { subject, type, id };
};

/**
 * Registers the schema of every topic under `<topic>-value` and makes the registry enforce BACKWARD
 * compatibility there; doing it again changes nothing. Throws SCHEMA_INCOMPATIBLE naming subject and reason,
 * REGISTRY_UNAVAILABLE on an outage.
 */
export const registerAllSchemas = async (
  registry: SchemaRegistry,
  contracts: readonly TopicContract[] = Object.values(TOPICS),
): Promise<readonly SchemaOutcome[]> =>
  Promise.all(
    contracts.flatMap(({ name, format, schema }) =>
      schema === null
        ? []
        : [registerSchema(registry, subjectOf(name), schema, format === 'json' ? 'JSON' : 'AVRO')],
    ),
  );
