import type { Metadata } from './actions.ts';
import { parseInterval } from './interval.ts';

const DAY = 86_400_000;

const duration = (metadata: Metadata, property: string, fallback: number): number =>
  parseInterval(metadata.configuration[property] ?? '') ?? fallback;

/**
 * Milliseconds for which removed files are kept for readers of older versions:
 * `delta.deletedFileRetentionDuration`, one week unless told.
 */
export const deletedFileRetention = (metadata: Metadata): number =>
  duration(metadata, 'delta.deletedFileRetentionDuration', 7 * DAY);

/** Milliseconds for which commits are kept: `delta.logRetentionDuration`, thirty days unless told. */
export const logRetention = (metadata: Metadata): number =>
  duration(metadata, 'delta.logRetentionDuration', 30 * DAY);
