import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import compression from 'compression';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cell, sendCsv } from './csv.ts';

const PIECES = 400;
const ROWS = 200;

let server: Server;
let url: string;
/** How many pieces were asked for, and whether the source was told that nobody wants more. */
let asked: number;
let ended: boolean;
let failsAt: number;

async function* source(): AsyncGenerator<readonly (readonly Cell[])[]> {
  try {
    for (asked = 1; asked <= PIECES; asked++) {
      if (asked === failsAt) throw new Error('Redis is away');
      yield Array.from({ length: ROWS }, (_, row) => [
        asked,
        row,
        'some text that makes lines longer, as names do',
      ]);
    }
  } finally {
    ended = true;
  }
}

beforeEach(async () => {
  [asked, ended, failsAt] = [0, false, -1];
  const app = express();
  app.use(compression());
  app.get('/', (_request, response) => sendCsv(response, 'a/b "c".csv', ['piece', 'row', 'text'], source()));
  await new Promise<void>((resolve) => {
    server = app.listen(0, '127.0.0.1', () => resolve());
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('a CSV file that is sent', () => {
  it.each(['identity', 'gzip'])('arrives whole, %s', async (encoding) => {
    const response = await fetch(url, { headers: { 'accept-encoding': encoding } });
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="a-b-c-.csv"');
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const lines = new TextDecoder().decode(bytes).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + PIECES * ROWS);
    expect(lines.at(-1)).toBe(`${PIECES},${ROWS - 1},"some text that makes lines longer, as names do"`);
    expect(ended).toBe(true);
  });

  it('is not read further when its reader has gone', async () => {
    const stop = new AbortController();
    const response = await fetch(url, { signal: stop.signal, headers: { 'accept-encoding': 'identity' } });
    await response.body!.getReader().read();
    stop.abort();
    await expect.poll(() => ended).toBe(true);
    expect(asked).toBeLessThan(PIECES);
  });

  it('breaks off when its source fails, instead of looking whole', async () => {
    failsAt = 50;
    const response = await fetch(url);
    await expect(response.text()).rejects.toThrow();
    expect(ended).toBe(true);
  });

  it('is an error when its source fails at once', async () => {
    failsAt = 1;
    expect((await fetch(url)).status).toBe(500);
  });
});
