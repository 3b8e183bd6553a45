import { runService } from '@marketing-streams/platform/service';
import { shape } from './config.ts';

await runService({
  name: 'live',
  description: 'aggregates customers, segments and campaigns live, without ksqlDB: same topics, same values.',
  shape,
  start: async () => {},
});
