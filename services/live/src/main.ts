import { loadSegments } from '@marketing-streams/platform/segments-file';
import { runService } from '@marketing-streams/platform/service';
import { startProcessor } from '@marketing-streams/stream/start-processor';
import { campaignPartialsProcessor } from './campaigns/partials-processor.ts';
import { campaignWindowsProcessor } from './campaigns/windows-processor.ts';
import { shape } from './config.ts';
import { liveCustomersProcessor } from './customers/processor.ts';

await runService({
  name: 'live',
  description: 'aggregates customers, segments and campaigns live, without ksqlDB: same topics, same values.',
  shape,
  start: async (context) => {
    const { partitions } = context.config;
    const segments = loadSegments(context.config.segments_file);
    await startProcessor(context, (registry) => liveCustomersProcessor(registry, { partitions, segments }));
    await startProcessor(context, (registry) => campaignPartialsProcessor(registry, partitions));
    await startProcessor(context, (registry) => campaignWindowsProcessor(registry, partitions));
  },
});
