import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { PropensityScore } from '@marketing-streams/contracts/generated/propensity-score';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { runService } from '@marketing-streams/platform/service';
import { startThreadAfter } from '@marketing-streams/platform/worker-thread';
import { startProcessor } from '@marketing-streams/stream/start-processor';
import { shape } from './config.ts';
import { scorerProcessor } from './processor.ts';

const HOUR_MILLISECONDS = 3_600_000;

await runService({
  name: 'scorer',
  description: 'scores how likely each customer is to order again.',
  shape,
  start: async (context) => {
    const { partitions, rescore_after_hours } = context.config;
    const processor = await startProcessor(context, async (registry) =>
      scorerProcessor({
        customer360: await createAvroCodec<GoldCustomer360>({ registry, topic: 'gold.customer_360.v1' }),
        scores: createJsonCodec<PropensityScore>('dom.propensity.score.v1'),
        partitions,
        rescoreAfterMilliseconds: rescore_after_hours * HOUR_MILLISECONDS,
      }),
    );
    const sink = new URL('./table-sink.worker.ts', import.meta.url);
    startThreadAfter(context, 'table-sink', sink, processor.ready);
  },
});
