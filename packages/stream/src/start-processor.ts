import { createSchemaRegistry, type SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { ServiceContext } from '@marketing-streams/platform/service';
import { untilAvailable } from '@marketing-streams/platform/until-available';
import { createDeadLetterOutput } from './dead-letter-contract.ts';
import { createKafkaClient } from './kafka/client.ts';
import type { ProcessorDefinition } from './processor.ts';
import { runProcessor } from './run-processor.ts';
import type { RunningProcessor } from './runtime-options.ts';

/** The settings a service with a processor has; `commonShape` and `taskShape` of the platform give them. */
export type ProcessorConfig = {
  readonly kafka_bootstrap_servers: string;
  readonly schema_registry_url: string;
  readonly tasks: number;
  readonly state_dir: string;
};

export type ProcessorOptions = {
  /** In place of the setting TASKS; stored with the state like it, and nothing migrates it. */
  readonly tasks?: number;
};

/**
 * Wires a processor into its service: client, registry, dead letters, readiness under its own name, graceful stop. A
 * registry that is away is waited for. Whatever the processor cannot go on from ends the process, and the supervisor
 * starts it again. A service with several processors starts them one after the other.
 */
export const startProcessor = async <Config extends ProcessorConfig>(
  context: ServiceContext<Config>,
  define: (registry: SchemaRegistry) => Promise<ProcessorDefinition>,
  { tasks = context.config.tasks }: ProcessorOptions = {},
): Promise<RunningProcessor> => {
  const { name, config, logger, metrics } = context;
  const registry = createSchemaRegistry({ url: config.schema_registry_url });
  let waiting: string | null = 'starting';
  context.addCheck('registry', () => waiting);
  const onWaiting = (problem: string | null): void => {
    waiting = problem;
  };
  const [definition, deadLetters] = await untilAvailable(
    async () => [await define(registry), await createDeadLetterOutput(registry)] as const,
    { onWaiting, logger },
  );
  const processor = await runProcessor(definition, {
    kafka: createKafkaClient({ bootstrapServers: config.kafka_bootstrap_servers, clientId: name, logger }),
    deadLetters,
    service: name,
    tasks,
    stateDir: config.state_dir,
    metrics,
    logger,
    onError: context.crash,
  });
  context.addCheck(definition.name, processor.ready);
  context.onShutdown(definition.name, processor.stop);
  return processor;
};
