import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { subjectOf, TOPICS, type TopicContract } from '@marketing-streams/contracts/topics';
import { commonShape, segmentsShape, switchSetting } from '@marketing-streams/platform/common-config';
import { loadConfig } from '@marketing-streams/platform/config';
import { loadSegments } from '@marketing-streams/platform/segments-file';
import { z } from 'zod';
import { runCommand } from './command-line.ts';
import { generateKsql } from './generate-ksql.ts';
import { applyStatements } from './ksql/apply.ts';
import { createKsqlClient } from './ksql/client.ts';
import { type KsqlStatement, parseStatements } from './ksql/statements.ts';
import { retryUntilUp } from './retry-until-up.ts';

const shape = {
  /** Base URL of the ksqlDB server's REST API. */
  ksqldb_url: z.url({ protocol: /^https?$/, error: 'must begin with http:// or https://' }),
  schema_registry_url: commonShape.schema_registry_url,
  ...segmentsShape,
  /** Drop what the statements created before applying them. */
  replace: switchSetting,
};

const help = `Usage: make ksql   (node scripts/src/ksql.ts)

Applies the statements in ksql/ to a ksqlDB server, in the order of the files' numbers, and says what became of each.
Safe to run again: what is there stays, tables of former rules are replaced. Stops at the first statement that the
server refuses, with its words. Waits up to two minutes for the server to come up. The topics have to exist.

Settings (config/default.yaml or environment):
  KSQLDB_URL           base URL of the server
  SCHEMA_REGISTRY_URL  the registry that the server uses too
  SEGMENTS_FILE        the segments that people added, see config/segments.yaml
  REPLACE              1 drops all that the statements created, and the topics only ksqlDB uses, and begins anew`;

/** The files as the rules and the segments of this installation call for them, whatever is checked in. */
const readStatements = (segmentsFile: string): readonly KsqlStatement[] =>
  [...generateKsql(loadSegments(segmentsFile))].flatMap(([file, text]) =>
    parseStatements(`ksql/${file}`, text),
  );

const contractOf = (topic: string): TopicContract | undefined =>
  (TOPICS as Readonly<Record<string, TopicContract>>)[topic];

const run = async (): Promise<void> => {
  const config = loadConfig('ksql', shape);
  const statements = readStatements(config.segments_file);
  const client = createKsqlClient({ url: config.ksqldb_url });
  const registry = createSchemaRegistry({ url: config.schema_registry_url });
  const { hostname, port } = new URL(config.ksqldb_url);
  const waiting = {
    timeoutMilliseconds: 120_000,
    onWait: (message: string) => console.error(message),
  };
  await retryUntilUp(client.ready, { what: `ksqlDB at ${hostname}:${port}`, ...waiting });
  const widest = Math.max(...statements.map(({ file }) => file.length));
  await applyStatements(client, statements, {
    replace: config.replace,
    schemaId: async (topic) => {
      const contract = contractOf(topic);
      if (contract?.format !== 'avro' || contract.schema === null) return null;
      const { schema } = contract;
      return retryUntilUp(() => registry.register(subjectOf(topic), schema, 'AVRO'), {
        what: 'the schema registry',
        ...waiting,
      });
    },
    report: ({ file, what, result }) => console.log(`${file.padEnd(widest)}  ${result.padEnd(13)}  ${what}`),
  });
};

await runCommand({ help, run });
