import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { S3Options } from '../s3/s3-settings.ts';
import { preparePython } from './python-environment.ts';

const SERVER = fileURLToPath(new URL('./s3_server.py', import.meta.url));

/** A store of its own for a test file, in memory. */
export type S3Server = {
  /** Base URL on 127.0.0.1. */
  readonly endpoint: string;
  /** Makes an empty bucket. */
  readonly createBucket: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Options that reach a store at an endpoint, with pauses short enough for tests. */
export const s3TestOptions = (endpoint: string): S3Options => ({
  endpoint,
  credentials: { accessKeyId: 'test-access-key', secretAccessKey: 'test-secret-key' },
  retryDelay: 5,
});

/** The same for delta-rs, as its `storage_options`. */
export const deltalakeStorageOptions = (endpoint: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_ALLOW_HTTP: 'true',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test-access-key',
  AWS_SECRET_ACCESS_KEY: 'test-secret-key',
  conditional_put: 'etag',
});

/** Starts moto's S3 on a free port, in the Python environment of the tests. */
export const startS3Server = async (): Promise<S3Server> => {
  const child = spawn(await preparePython(), [SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const port = await Promise.race([
    once(child.stdout, 'data').then(([line]) => Number(String(line))),
    ended.then(([code]) => {
      throw new Error(`the S3 server ended with ${code} before it had a port`);
    }),
  ]);
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    createBucket: async (name) => {
      const answer = await fetch(`${endpoint}/${name}`, { method: 'PUT' });
      if (!answer.ok) throw new Error(`bucket ${name} could not be made: ${answer.status}`);
    },
    close: async () => {
      child.kill();
      await ended;
    },
  };
};
