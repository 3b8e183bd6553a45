import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { commonShape } from '@marketing-streams/platform/common-config';
import { loadConfig } from '@marketing-streams/platform/config';
import { formatTable, runCommand } from './command-line.ts';
import { retryUntilUp } from './retry-until-up.ts';
import { registerAllSchemas } from './schemas-register.ts';

const help = `Usage: make schemas   (node scripts/src/schemas.ts)

Registers the contracts in schemas/ under <topic>-value and makes the registry enforce BACKWARD compatibility.
Safe to run again. Waits up to a minute for the registry to come up.

Settings (config/default.yaml or environment):
  SCHEMA_REGISTRY_URL  base URL of a Confluent-compatible registry`;

const run = async (): Promise<void> => {
  const { schema_registry_url: url } = loadConfig('schemas', {
    schema_registry_url: commonShape.schema_registry_url,
  });
  const registry = createSchemaRegistry({ url });
  const outcomes = await retryUntilUp(() => registerAllSchemas(registry), {
    what: 'the schema registry',
    onWait: (message) => console.error(message),
  });
  const rows = outcomes.map(({ subject, type, id }) => [subject, type, String(id)]);
  console.log(formatTable([['subject', 'type', 'id'], ...rows]));
};

await runCommand({ help, run });
