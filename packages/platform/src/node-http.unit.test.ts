import { execFileSync } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { http, requestText } from './node-http.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const serve = async (answer: Parameters<typeof http.createServer>[1]): Promise<string> => {
  const server = http.createServer(answer ?? (() => undefined));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe('a request', () => {
  it('carries method, headers and body, and brings status and text', async () => {
    const url = await serve(async (request, response) => {
      let body = '';
      for await (const part of request) body += String(part);
      const { method, url: path, headers } = request;
      const length = headers['content-length'];
      response.writeHead(418).end(`${method} ${path} ${headers['x-test']} ${length} ${body}`);
    });
    const headers = { 'x-test': 'yes' };
    const answer = requestText(`${url}/a?b=1`, {
      method: 'POST',
      headers,
      body: 'Grüße',
      timeoutMilliseconds: 5_000,
    });
    expect(await answer).toEqual({ status: 418, text: 'POST /a?b=1 yes 7 Grüße' });
  });

  it('ends with the connection, and when no answer comes in time', async () => {
    const silent = await serve(() => undefined);
    const get = { method: 'GET', headers: {}, timeoutMilliseconds: 50 } as const;
    await expect(requestText(silent, get)).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(requestText('http://127.0.0.1:1', get)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('what every service loads', () => {
  it('does not load the fetch client of Node', () => {
    const script = `await import(${JSON.stringify(fileURLToPath(new URL('./service.ts', import.meta.url)))});
      console.log(process.moduleLoadList.filter((name) => name.includes('undici')).join());`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(output.trim()).toBe('');
  });
});
