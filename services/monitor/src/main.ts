import { runService } from '@marketing-streams/platform/service';
import { shape } from './config.ts';

await runService({
  name: 'monitor',
  description: 'compares the live aggregation with gold, and watches campaigns.',
  shape,
  start: async () => {},
});
