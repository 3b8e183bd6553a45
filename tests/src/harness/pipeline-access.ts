import type { SourceOffset } from '@marketing-streams/contracts/record';
import { createSchemaRegistry, type SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { createLogger } from '@marketing-streams/platform/logging';
import type { KafkaClient, OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { pipelineCaughtUp } from './caught-up.ts';
import { createInputRecords, type InputRecords } from './input-codecs.ts';
import type { Infrastructure, Pipeline } from './pipeline.ts';
import type { FurtherServiceName } from './service-process.ts';
import { waitUntil } from './wait-until.ts';
import { type WebappApi, webappApi } from './webapp-api.ts';

/** Where a running pipeline is to be found; plain data, so that it can be handed to another process. */
export type PipelinePlace = Pick<Pipeline, 'webappUrl' | 'deltaDirectory'> & {
  readonly infrastructure: Infrastructure;
  /** Services besides those that every pipeline has, which `caughtUp` waits for too. */
  readonly further?: readonly FurtherServiceName[];
};

/** What a test does with a running pipeline. */
export type PipelineAccess = PipelinePlace & {
  readonly kafka: KafkaClient;
  readonly registry: SchemaRegistry;
  readonly inputs: InputRecords;
  readonly api: WebappApi;
  /** Writes records; gives the place of each in their order. */
  readonly send: (records: readonly OutgoingRecord[]) => Promise<readonly SourceOffset[]>;
  /** Resolves when all that was produced has reached every topic and every table, feedback included. */
  readonly caughtUp: (timeoutMilliseconds?: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A client named for its purpose in the broker's logs; it says only what is wrong. */
export const testKafkaClient = (bootstrapServers: string, clientId: string): KafkaClient => {
  const logger = createLogger(clientId);
  logger.level = 'fatal';
  return createKafkaClient({ bootstrapServers, clientId, logger });
};

/** Connects to a running pipeline. */
export const accessPipeline = async (place: PipelinePlace, clientId: string): Promise<PipelineAccess> => {
  const kafka = testKafkaClient(place.infrastructure.kafkaBootstrapServers, clientId);
  const registry = createSchemaRegistry({ url: place.infrastructure.schemaRegistryUrl });
  const producer = kafka.producer();
  return {
    ...place,
    kafka,
    registry,
    inputs: await createInputRecords(registry),
    api: webappApi(place.webappUrl),
    send: producer.send,
    caughtUp: (timeoutMilliseconds) =>
      waitUntil(
        'everything has gone all the way',
        pipelineCaughtUp(kafka, place.deltaDirectory, place.further),
        timeoutMilliseconds,
        100,
      ),
    close: producer.close,
  };
};
