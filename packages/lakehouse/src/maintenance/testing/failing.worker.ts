import { parentPort } from 'node:worker_threads';
import type { FromWorker, ToWorker } from '../job-messages.ts';

/** A worker whose jobs end as the table they are for is named: `dies`, `throws`, `waits` for an abort, or well. */
const port = parentPort!;
const send = (message: FromWorker): void => port.postMessage(message);

port.on('message', (message: ToWorker) => {
  if (message.kind === 'abort') return send({ kind: 'failed', code: 'INTERNAL', message: 'aborted' });
  const table = message.job.kind === 'merge' ? message.job.merge.table : message.job.table;
  if (table === 'dies') process.exit(7);
  if (table === 'throws') throw new Error('a bug');
  if (table === 'fails') return send({ kind: 'failed', code: 'DISK_FULL', message: 'no space left' });
  if (table !== 'waits') send({ kind: 'done', report: { merge: null, filesRemoved: 1, filesAdded: 0 } });
});
