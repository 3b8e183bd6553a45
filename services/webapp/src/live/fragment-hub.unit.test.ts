import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PlatformError } from '@marketing-streams/platform/errors';
import { createLogger } from '@marketing-streams/platform/logging';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenToEvents } from '../testing/event-stream.ts';
import { createFragmentHub, type FragmentHub } from './fragment-hub.ts';

/** What each page shows, by its address; an error is thrown instead. */
let pages: Map<string, string | Error>;
let renders: Map<string, number>;
let hub: FragmentHub;
let server: Server;
let url: string;

beforeEach(async () => {
  pages = new Map();
  renders = new Map();
  hub = createFragmentHub(5, createLogger('test'));
  server = createServer((request, response) => {
    const address = request.url!;
    const render = async (): Promise<ReadonlyMap<string, string>> => {
      renders.set(address, (renders.get(address) ?? 0) + 1);
      const shown = pages.get(address) ?? '';
      if (shown instanceof Error) throw shown;
      return new Map([
        ['part', shown],
        ['still', 'always the same'],
      ]);
    };
    hub.subscribe(response, { address, render });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await hub.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const isPart = (html: string) => (event: { readonly data: Record<string, unknown> }) =>
  event.data['target'] === 'part' && event.data['html'] === html;

describe('open pages', () => {
  it('get what looks different, and nothing else', async () => {
    pages.set('/a', 'one');
    const events = await listenToEvents(`${url}/a`);
    await events.next(isPart('one'));
    await events.next(({ data }) => data['target'] === 'still');
    for (const html of ['two', 'three']) {
      pages.set('/a', html);
      hub.changed();
      const next = await events.next(() => true);
      expect(next.data).toEqual({ target: 'part', html });
    }
    await events.close();
  });

  it('are rendered once for all who have the same one open', async () => {
    pages.set('/a', 'one');
    const all = await Promise.all([1, 2, 3].map(() => listenToEvents(`${url}/a`)));
    await Promise.all(all.map((events) => events.next(isPart('one'))));
    const before = renders.get('/a')!;
    pages.set('/a', 'two');
    hub.changed();
    await Promise.all(all.map((events) => events.next(isPart('two'))));
    expect(renders.get('/a')).toBe(before + 1);
    for (const events of all) await events.close();
  });

  it('do not wait for one that cannot be rendered, which is tried again', async () => {
    pages.set('/a', new PlatformError('REDIS_UNAVAILABLE', 'Redis is away'));
    pages.set('/b', 'one');
    const broken = await listenToEvents(`${url}/a`);
    const whole = await listenToEvents(`${url}/b`);
    await whole.next(isPart('one'));
    pages.set('/a', 'back');
    await broken.next(isPart('back'));
    await broken.close();
    await whole.close();
  });

  it('end when what they are about is gone', async () => {
    pages.set('/a', new PlatformError('NOT_FOUND', 'there is no such segment'));
    const response = await fetch(`${url}/a`);
    expect(await response.text()).toMatch(/^retry: /);
    await expect.poll(hub.listeners).toBe(0);
  });
});
