import { runService } from '@marketing-streams/platform/service';
import { shape } from './config.ts';
import { startWebapp } from './start-webapp.ts';

await runService({
  name: 'webapp',
  description: 'shows customers live, takes new customers, orders and messages; pages, REST API and events.',
  shape,
  start: async (context) => {
    await startWebapp(context);
  },
});
