import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { s3Storage } from './s3-storage.ts';
import { type S3Server, s3TestOptions, startS3Server } from './testing/s3-server.ts';
import { describeStorage } from './testing/storage-contract.ts';

let server: S3Server;

beforeAll(async () => {
  server = await startS3Server();
  await server.createBucket('tables');
});

afterAll(() => server?.close());

describeStorage('s3Storage', async () =>
  s3Storage(`s3://tables/${randomUUID()}/table`, s3TestOptions(server.endpoint)),
);
