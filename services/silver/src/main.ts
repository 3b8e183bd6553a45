import { runService } from '@marketing-streams/platform/service';
import { startThreadAfter } from '@marketing-streams/platform/worker-thread';
import { startProcessor } from '@marketing-streams/stream/start-processor';
import { shape } from './config.ts';
import { activations, customers, orders } from './datasets.ts';
import { silverPart, silverProcessor } from './processor.ts';

await runService({
  name: 'silver',
  description: 'decodes, validates and deduplicates the input topics into silver tables.',
  shape,
  start: async (context) => {
    const { partitions } = context.config;
    const processor = await startProcessor(context, async (registry) =>
      silverProcessor([
        silverPart(await customers(registry), partitions),
        silverPart(await orders(registry), partitions),
        silverPart(await activations(registry), partitions),
      ]),
    );
    const sink = new URL('./table-sink.worker.ts', import.meta.url);
    startThreadAfter(context, 'table-sink', sink, processor.ready);
  },
});
