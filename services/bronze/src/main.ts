import { runService } from '@marketing-streams/platform/service';
import { startThread } from '@marketing-streams/platform/worker-thread';
import { shape } from './config.ts';

await runService({
  name: 'bronze',
  description: 'keeps every input topic, byte for byte, in append-only Delta tables.',
  shape,
  start: async (context) => {
    startThread(context, 'table-sink', new URL('./table-sink.worker.ts', import.meta.url));
  },
});
