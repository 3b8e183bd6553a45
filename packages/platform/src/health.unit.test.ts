import { describe, expect, it } from 'vitest';
import { isPlatformError } from './errors.ts';
import { readiness, startHealthServer } from './health.ts';
import { createMetrics } from './metrics.ts';

describe('readiness', () => {
  it('is 200 when every check passes', () => {
    expect(readiness({ a: () => null })).toEqual({ status: 200, body: { ready: true, checks: { a: 'ok' } } });
  });

  it('is 503 with the reason of each check that fails', () => {
    expect(readiness({ a: () => null, kafka: () => 'no broker answers' })).toEqual({
      status: 503,
      body: { ready: false, checks: { a: 'ok', kafka: 'no broker answers' } },
    });
  });
});

describe('startHealthServer', () => {
  const start = (port = 0) =>
    startHealthServer({
      host: '127.0.0.1',
      port,
      metrics: createMetrics('test'),
      checks: { b: () => 'not yet' },
    });

  it('serves liveness, readiness and metrics', async () => {
    const server = await start();
    const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
    expect((await get('/livez')).status).toBe(200);
    const ready = await get('/readyz');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ ready: false, checks: { b: 'not yet' } });
    expect(await (await get('/metrics')).text()).toContain('process_cpu_seconds_total{service="test"}');
    expect((await get('/else')).status).toBe(404);
    await server.close();
  });

  it('says which port is taken', async () => {
    const server = await start();
    const second = await start(server.port).catch((error: unknown) => error);
    expect(isPlatformError(second, 'PORT_TAKEN')).toBe(true);
    expect(String(second)).toContain(String(server.port));
    await server.close();
  });
});
