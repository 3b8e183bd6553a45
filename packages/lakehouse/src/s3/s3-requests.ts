import { setTimeout as wait } from 'node:timers/promises';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { S3Settings } from './s3-settings.ts';

/**
 * What an answer means. `missing`: no such key. `exists`: the condition of a put is not met. `beyond`: the range
 * starts after the file's end. `passing`: the same request may succeed; whether this one was carried out is unknown.
 * `final`: it never will.
 */
type Meaning = 'missing' | 'exists' | 'beyond' | 'passing' | 'final';

/** What the SDK throws, as far as it matters; every field may be missing. */
type S3Failure = {
  readonly name?: string;
  readonly message?: string;
  /** A system error's, e.g. ECONNRESET. */
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly statusCode?: number };
};

/** Errors by name that pass although their status says otherwise, or that have no status. */
const PASSING_NAMES = new Set([
  'TimeoutError',
  'AbortError',
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'SlowDown',
  'IncompleteBody',
  // Two conditional puts of a key met, or a delete came between: neither of them was carried out.
  'ConditionalRequestConflict',
  'OperationAborted',
]);

const statusOf = (failure: S3Failure): number | undefined =>
  failure.$metadata?.httpStatusCode ?? failure.$response?.statusCode;

const meaningOf = (failure: S3Failure): Meaning => {
  const status = statusOf(failure);
  const name = failure.name ?? '';
  if (PASSING_NAMES.has(name)) return 'passing';
  if (status === undefined || status < 300) return typeof failure.code === 'string' ? 'passing' : 'final';
  if (status >= 500 || status === 429 || status === 408) return 'passing';
  if (status === 404) return name === 'NoSuchBucket' ? 'final' : 'missing';
  if (status === 412) return 'exists';
  return status === 416 ? 'beyond' : 'final';
};

/** An answer that is a fact about the key and no failure of the store. */
export class S3Answer extends Error {
  readonly meaning: 'missing' | 'exists' | 'beyond';

  constructor(meaning: S3Answer['meaning']) {
    super(meaning);
    this.meaning = meaning;
  }
}

const reasonOf = (failure: S3Failure): string => {
  const status = statusOf(failure);
  const name = typeof failure.code === 'string' ? failure.code : (failure.name ?? 'unknown error');
  const message = failure.message && failure.message !== name ? `: ${failure.message}` : '';
  if (name === 'Error' && message !== '') return failure.message!;
  return `${name}${status === undefined ? '' : ` (${status})`}${message}`;
};

/** The SDK's errors carry access key, signature and headers, which a log would show; this one does not. */
const causeOf = (failure: S3Failure): Error => {
  const cause = new Error(reasonOf(failure));
  const { requestId } = failure.$metadata ?? {};
  return requestId === undefined ? cause : Object.assign(cause, { requestId });
};

/**
 * Makes a request until it is answered, at most `attempts` times with growing pauses (jittered, so that clients
 * that failed together do not come back together). Throws `S3Answer` for facts, STORAGE_UNAVAILABLE saying `action`,
 * `place` (`s3://bucket/key`), how often was tried and why it failed.
 */
export const request = async <T>(
  settings: S3Settings,
  action: string,
  place: string,
  send: () => Promise<T>,
): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      const failure = error as S3Failure;
      const meaning = meaningOf(failure);
      if (meaning !== 'passing' && meaning !== 'final') throw new S3Answer(meaning);
      if (meaning === 'final' || attempt >= settings.attempts) {
        const tries = attempt > 1 ? ` after ${attempt} tries` : '';
        throw new PlatformError(
          'STORAGE_UNAVAILABLE',
          `cannot ${action} ${place}${tries}: ${reasonOf(failure)}`,
          { cause: causeOf(failure) },
        );
      }
      await wait(Math.random() * settings.retryDelay * 2 ** (attempt - 1));
    }
  }
};
