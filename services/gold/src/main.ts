import { runService } from '@marketing-streams/platform/service';
import { startThread } from '@marketing-streams/platform/worker-thread';
import { startProcessor } from '@marketing-streams/stream/start-processor';
import { shape } from './config.ts';
import { createGoldCodecs, goldProcessor } from './processor.ts';

await runService({
  name: 'gold',
  description: 'folds silver tables into the customer 360.',
  shape,
  start: async (context) => {
    await startProcessor(context, async (registry) =>
      goldProcessor(await createGoldCodecs(registry), context.config.partitions),
    );
    startThread(context, 'table-sink', new URL('./table-sink.worker.ts', import.meta.url));
  },
});
