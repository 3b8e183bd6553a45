import { runService } from '@marketing-streams/platform/service';
import { startThreadAfter } from '@marketing-streams/platform/worker-thread';
import { startProcessor } from '@marketing-streams/stream/start-processor';
import { campaignPerformanceProcessor } from './campaign-performance/processor.ts';
import { shape } from './config.ts';
import { createGoldCodecs, goldProcessor } from './processor.ts';
import { segmentSizesProcessor } from './segment-sizes/processor.ts';

await runService({
  name: 'gold',
  description:
    'folds silver tables into the customer 360, campaign windows into hours and days, and counts segments.',
  shape,
  start: async (context) => {
    const { partitions } = context.config;
    const processor = await startProcessor(context, async (registry) =>
      goldProcessor(await createGoldCodecs(registry), partitions),
    );
    await startProcessor(context, (registry) => campaignPerformanceProcessor(registry, partitions), {
      tasks: 1,
    });
    await startProcessor(context, segmentSizesProcessor, { tasks: 1 });
    const sink = new URL('./table-sink.worker.ts', import.meta.url);
    startThreadAfter(context, 'table-sink', sink, processor.ready);
  },
});
