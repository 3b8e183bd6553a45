import type { ErrorCode } from '@marketing-streams/platform/errors';
import type { JobReport, MaintenanceJob } from './jobs.ts';

/** Owner → worker thread. `abort` asks the job under way to end early. */
export type ToWorker = { readonly kind: 'run'; readonly job: MaintenanceJob } | { readonly kind: 'abort' };

/** Worker thread → owner: how the job ended. An error loses its class on the way between threads. */
export type FromWorker =
  | { readonly kind: 'done'; readonly report: JobReport }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };
