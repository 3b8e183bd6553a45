import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { httpProbe, probeOnce } from './poll.ts';

it('says that a process does not answer, and not that the question was aborted', async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const probe = httpProbe(`http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`);
  expect(await probeOnce(probe, undefined, 50)).toBe('no answer within 0.05 s');
  server.closeAllConnections();
  server.close();
});

it('gives the reasons of a process that answers', async () => {
  const server = createServer((_, response) => {
    response.writeHead(503).end('{"ready":false,"checks":{"kafka":"ok","processor":"rebalancing"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const probe = httpProbe(`http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`);
  expect(await probeOnce(probe)).toBe('processor: rebalancing');
  server.closeAllConnections();
  server.close();
});
