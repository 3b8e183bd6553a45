import { join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import { localStorage } from './local-storage.ts';
import type { Storage } from './storage.ts';

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;

const schemeOf = (location: string): string | undefined => SCHEME.exec(location)?.[1]?.toLowerCase();

/**
 * The storage at a location: a local folder, or `s3://bucket/prefix`, reached as the AWS_* variables say (see
 * `resolveS3Settings`). The S3 client is loaded only for the latter. Throws CONFIG_INVALID naming the location
 * for any other scheme.
 */
export const openStorage = async (location: string): Promise<Storage> => {
  const scheme = schemeOf(location);
  if (scheme === undefined) return localStorage(location);
  if (scheme !== 's3')
    throw new PlatformError('CONFIG_INVALID', `${location}: tables lie in a folder or at s3://bucket/prefix`);
  const { s3Storage } = await import('./s3-storage.ts');
  return s3Storage(location);
};

/** The location of something below a location: names are joined as a path or as a URL. */
export const locationBelow = (location: string, ...names: string[]): string =>
  schemeOf(location) === undefined
    ? join(location, ...names)
    : [location.replace(/\/+$/, ''), ...names].join('/');
