import { parentPort } from 'node:worker_threads';
import { isPlatformError, messageOf, PlatformError } from '@marketing-streams/platform/errors';
import type { FromWorker, ToWorker } from './job-messages.ts';
import { type MaintenanceJob, runJob } from './jobs.ts';

if (parentPort === null) throw new PlatformError('INTERNAL', 'this module runs in a worker thread');
const port = parentPort;
const send = (message: FromWorker): void => port.postMessage(message);
let underWay = new AbortController();

const run = async (job: MaintenanceJob): Promise<FromWorker> => {
  underWay = new AbortController();
  try {
    return { kind: 'done', report: await runJob(job, underWay.signal) };
  } catch (error) {
    const code = isPlatformError(error) ? error.code : 'INTERNAL';
    return { kind: 'failed', code, message: messageOf(error) };
  }
};

port.on('message', (message: ToWorker) => {
  if (message.kind === 'abort') underWay.abort();
  else void run(message.job).then(send);
});
