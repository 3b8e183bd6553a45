import { runService } from '@marketing-streams/platform/service';
import { startProcessor } from '@marketing-streams/stream/start-processor';
import { createPublisherCodecs } from './codecs.ts';
import { shape } from './config.ts';
import { publisherProcessor } from './processor.ts';

await runService({
  name: 'gold-publisher',
  description: 'joins customer 360, propensity and segments into the published customer record.',
  shape,
  start: async (context) => {
    await startProcessor(context, async (registry) =>
      publisherProcessor(await createPublisherCodecs(registry), context.config.partitions),
    );
  },
});
