import { runService } from '@marketing-streams/platform/service';
import { startProcessor } from '@marketing-streams/stream/start-processor';
import { campaignPartialsProcessor } from './campaigns/partials-processor.ts';
import { campaignWindowsProcessor } from './campaigns/windows-processor.ts';
import { shape } from './config.ts';

await runService({
  name: 'live',
  description: 'aggregates customers, segments and campaigns live, without ksqlDB: same topics, same values.',
  shape,
  start: async (context) => {
    const { partitions } = context.config;
    await startProcessor(context, (registry) => campaignPartialsProcessor(registry, partitions));
    await startProcessor(context, (registry) => campaignWindowsProcessor(registry, partitions));
  },
});
