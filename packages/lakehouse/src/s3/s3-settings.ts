import { PlatformError } from '@marketing-streams/platform/errors';

export type S3Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/** How to reach a store; what is left out comes from the environment (`resolveS3Settings`). */
export type S3Options = {
  readonly region?: string;
  /** Base URL of a store that is not Amazon's, e.g. `http://127.0.0.1:9000`. */
  readonly endpoint?: string;
  /** True: `endpoint/bucket/key`, false: `bucket.endpoint/key`. */
  readonly pathStyle?: boolean;
  readonly credentials?: S3Credentials;
  /** Tries of one request before it fails. */
  readonly attempts?: number;
  /** Milliseconds before the second try at most; doubles with each further one. */
  readonly retryDelay?: number;
  /** Milliseconds without a byte after which a try has failed. */
  readonly idleTimeout?: number;
};

/** What requests are made with; the SDK finds out region and credentials when they are undefined. */
export type S3Settings = {
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly pathStyle: boolean;
  readonly credentials: S3Credentials | undefined;
  readonly attempts: number;
  readonly retryDelay: number;
  readonly idleTimeout: number;
};

/** Six tries, 0.1 to 1.6 s apart at most: through a short disturbance, not through an outage. */
const DEFAULT_ATTEMPTS = 6;
const DEFAULT_RETRY_DELAY = 100;

/** Long for a healthy store, which answers within a second, short for someone who waits for a commit. */
const DEFAULT_IDLE_TIMEOUT = 15_000;

const present = (value: string | undefined): string | undefined =>
  value === undefined || value === '' ? undefined : value;

const isSwitchedOn = (value: string | undefined): boolean => value === 'true' || value === '1';

/**
 * Completes options from the variables that the AWS tools and delta-rs read: AWS_REGION or AWS_DEFAULT_REGION,
 * AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, AWS_VIRTUAL_HOSTED_STYLE_REQUEST. A store with an endpoint of its own is
 * addressed by path unless told otherwise, and its region, which most ignore, is us-east-1.
 */
export const resolveS3Settings = (
  options: S3Options,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): S3Settings => {
  const variable = (...names: string[]): string | undefined =>
    names.map((name) => present(environment[name])).find((value) => value !== undefined);
  const endpoint = options.endpoint ?? variable('AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL');
  return {
    endpoint,
    region:
      options.region ??
      variable('AWS_REGION', 'AWS_DEFAULT_REGION') ??
      (endpoint === undefined ? undefined : 'us-east-1'),
    pathStyle:
      options.pathStyle ??
      (endpoint !== undefined && !isSwitchedOn(environment['AWS_VIRTUAL_HOSTED_STYLE_REQUEST'])),
    credentials: options.credentials,
    attempts: options.attempts ?? DEFAULT_ATTEMPTS,
    retryDelay: options.retryDelay ?? DEFAULT_RETRY_DELAY,
    idleTimeout: options.idleTimeout ?? DEFAULT_IDLE_TIMEOUT,
  };
};

/** Bucket and key prefix (no `/` around it, `''` for the whole bucket) of `s3://bucket/prefix`. */
export type S3Place = { readonly bucket: string; readonly prefix: string };

/** Takes a location apart. Throws CONFIG_INVALID naming it when it is not `s3://bucket` or `s3://bucket/prefix`. */
export const parseS3Location = (location: string): S3Place => {
  const match = /^s3:\/\/([a-z0-9][a-z0-9._-]*)(?:\/(.*))?$/is.exec(location);
  const prefix = (match?.[2] ?? '').replace(/^\/+|\/+$/g, '');
  if (match === null || prefix.split('/').some((part) => part === '.' || part === '..')) {
    throw new PlatformError(
      'CONFIG_INVALID',
      `${location} is no place in a store: expected s3://bucket/prefix`,
    );
  }
  return { bucket: match[1]!, prefix };
};
