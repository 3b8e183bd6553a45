import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { locationBelow, openStorage } from './open-storage.ts';
import { resolveS3Settings } from './s3/s3-settings.ts';

describe('openStorage', () => {
  it('takes what has no scheme for a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'open-storage-'));
    const storage = await openStorage(join(folder, 'table'));
    await storage.write('part', Buffer.from('x'));
    expect(storage.location).toBe(join(folder, 'table'));
    expect((await (await openStorage(folder)).read('table/part'))!.toString()).toBe('x');
    await rm(folder, { recursive: true });
  });

  it.each([
    ['s3://bucket/a/b', 's3://bucket/a/b'],
    ['s3://bucket/a/b//', 's3://bucket/a/b'],
    ['s3://bucket', 's3://bucket'],
    ['S3://bucket/', 's3://bucket'],
  ])('names %s as %s', async (given, location) => {
    expect((await openStorage(given)).location).toBe(location);
  });

  it.each(['gs://bucket/table', 's3://', 's3:///table', 's3://bucket/../other'])(
    'refuses %s',
    async (given) => {
      await expect(openStorage(given)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(given),
      });
    },
  );
});

describe('locationBelow', () => {
  it('joins names to paths and to URLs', () => {
    expect(locationBelow('delta', 'gold', 'scores')).toBe(join('delta', 'gold', 'scores'));
    expect(locationBelow('/data/delta/', 'gold')).toBe('/data/delta/gold');
    expect(locationBelow('s3://bucket/delta', 'gold', 'scores')).toBe('s3://bucket/delta/gold/scores');
    expect(locationBelow('s3://bucket/', 'gold')).toBe('s3://bucket/gold');
  });
});

describe('resolveS3Settings', () => {
  it('follows the variables of the AWS tools; options come first', () => {
    const environment = {
      AWS_DEFAULT_REGION: 'eu-north-1',
      AWS_ENDPOINT_URL: 'http://store:9000',
      AWS_ENDPOINT_URL_S3: '',
    };
    expect(resolveS3Settings({}, environment)).toMatchObject({
      region: 'eu-north-1',
      endpoint: 'http://store:9000',
      pathStyle: true,
    });
    expect(
      resolveS3Settings({}, { ...environment, AWS_VIRTUAL_HOSTED_STYLE_REQUEST: 'true' }).pathStyle,
    ).toBe(false);
    expect(
      resolveS3Settings({ endpoint: 'http://own', region: 'own', pathStyle: false }, environment),
    ).toMatchObject({ endpoint: 'http://own', region: 'own', pathStyle: false });
  });

  it('leaves Amazon, its region and its addresses to the SDK when nothing is said', () => {
    expect(resolveS3Settings({}, {})).toMatchObject({
      endpoint: undefined,
      region: undefined,
      pathStyle: false,
    });
    expect(resolveS3Settings({ endpoint: 'http://store' }, {}).region).toBe('us-east-1');
  });
});
