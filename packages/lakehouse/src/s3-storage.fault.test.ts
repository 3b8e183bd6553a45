import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { s3Storage } from './s3-storage.ts';
import type { Storage } from './storage.ts';
import { type ProxiedS3, startProxiedS3 } from './testing/proxied-s3.ts';
import { S3_FAULTS, type S3Fault, type S3Proxy, type S3Request, startS3Proxy } from './testing/s3-proxy.ts';
import { s3TestOptions } from './testing/s3-server.ts';

let store: ProxiedS3;
let proxy: S3Proxy;
/** Through the proxy and straight to the store. */
let storage: Storage;
let direct: Storage;

beforeAll(async () => {
  store = await startProxiedS3();
  ({ proxy } = store);
});

afterAll(() => store?.close());

beforeEach(async () => {
  const location = `s3://tables/${randomUUID()}`;
  storage = s3Storage(location, { ...s3TestOptions(proxy.endpoint), idleTimeout: 250 });
  direct = s3Storage(location, s3TestOptions(store.server.endpoint));
  proxy.setFaults(() => null);
  // The first put of a storage proves that the store takes conditions.
  await storage.write('first', Buffer.from('first'));
  proxy.takeRequests();
});

const text = (content: string): Buffer => Buffer.from(content);

const content = async (path: string): Promise<string | undefined> => (await direct.read(path))?.toString();

/** The fault for the first so many requests of a method. */
const failFirst = (
  times: number,
  method: string,
  fault: S3Fault,
): ((request: S3Request) => S3Fault | null) => {
  let left = times;
  return (request) => (request.method === method && left-- > 0 ? fault : null);
};

/** A put whose condition is lost overwrites: that is what the proof at the start is for. */
const SURVIVED = S3_FAULTS.filter((fault) => fault !== 'unconditional');

describe('s3Storage', () => {
  describe.each(SURVIVED)('when a request is %s', (fault) => {
    it('creates a file once, and says that it did', async () => {
      for (const times of [1, 3]) {
        proxy.setFaults(failFirst(times, 'PUT', fault));
        expect(await storage.putIfAbsent(`log/${times}`, text('mine'))).toBe(true);
        expect(await content(`log/${times}`)).toBe('mine');
        expect(await direct.putIfAbsent(`log/${times}`, text('mine'))).toBe(false);
      }
    });

    it("does not take another's file for its own, even of the same content", async () => {
      await direct.write('log/1', text('same'));
      proxy.setFaults(failFirst(1, 'PUT', fault));
      expect(await storage.putIfAbsent('log/1', text('same'))).toBe(false);
      await direct.write('log/2', text('theirs'));
      proxy.setFaults(failFirst(1, 'GET', fault));
      expect(await storage.putIfAbsent('log/2', text('mine'))).toBe(false);
      expect(await content('log/2')).toBe('theirs');
    });

    it('reads, lists, replaces and deletes all the same', async () => {
      await direct.write('log/1', text('0123456789'));
      for (const run of [
        async () => expect((await storage.read('log/1'))!.toString()).toBe('0123456789'),
        async () => expect((await storage.readRange('log/1', 2, 5)).toString()).toBe('234'),
        async () => expect((await storage.list('log')).map(({ path }) => path)).toEqual(['log/1']),
        async () => expect(await storage.read('log/2')).toBeNull(),
      ]) {
        proxy.setFaults(failFirst(1, 'GET', fault));
        await run();
      }
      proxy.setFaults(failFirst(1, 'PUT', fault));
      await storage.replace('log/1', text('new'));
      expect(await content('log/1')).toBe('new');
      proxy.setFaults(failFirst(1, 'DELETE', fault));
      await storage.delete('log/1');
      expect(await content('log/1')).toBeUndefined();
    });
  });

  it('gives up after its tries, saying what failed where, without credentials', async () => {
    proxy.setFaults(() => 'busy');
    for (const run of [
      () => storage.putIfAbsent('log/1', text('x')),
      () => storage.read('log/1'),
      () => storage.list('log/1'),
    ]) {
      proxy.takeRequests();
      const error = await run().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringMatching(
          /^cannot \w+ s3:\/\/tables\/.*\/log\/1\/? after 6 tries: SlowDown \(503\)/,
        ),
      });
      expect(proxy.takeRequests()).toHaveLength(6);
      expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(
        /test-(access|secret)-key|Signature/,
      );
    }
  });

  it('asks once where asking again is useless', async () => {
    const elsewhere = s3Storage('s3://no-such-bucket/table', s3TestOptions(proxy.endpoint));
    for (const run of [
      () => elsewhere.read('x'),
      () => elsewhere.list('x'),
      () => elsewhere.write('x', text('x')),
    ]) {
      await expect(run()).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining('s3://no-such-bucket/table/x'),
      });
      expect(proxy.takeRequests()).toHaveLength(1);
    }
  });

  it('names a store that cannot be reached', async () => {
    const nobody = await startS3Proxy(store.server.endpoint);
    const unreachable = s3Storage('s3://tables/x', { ...s3TestOptions(nobody.endpoint), attempts: 2 });
    await nobody.close();
    await expect(unreachable.read('part')).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(/^cannot read s3:\/\/tables\/x\/part after 2 tries: ECONNREFUSED/),
    });
  });

  it('refuses to write to a store that ignores the condition', async () => {
    proxy.setFaults(() => 'unconditional');
    const fresh = s3Storage(storage.location, s3TestOptions(proxy.endpoint));
    await expect(fresh.write('part', text('x'))).rejects.toMatchObject({
      code: 'DELTA_UNSUPPORTED',
      message: expect.stringContaining('If-None-Match'),
    });
    expect((await fresh.read('first'))!.toString()).toBe('first');
  });

  it('makes one request for each call', async () => {
    await storage.write('part', text('x'));
    await storage.putIfAbsent('log/1', text('x'));
    await storage.replace('hint', text('x'));
    await storage.read('part');
    await storage.readRange('part', 0, 1);
    await storage.list('log');
    await storage.delete('part');
    expect(proxy.takeRequests().map(({ method }) => method)).toEqual([
      ...['PUT', 'PUT', 'PUT', 'GET', 'GET', 'GET', 'DELETE'],
    ]);
  });
});
