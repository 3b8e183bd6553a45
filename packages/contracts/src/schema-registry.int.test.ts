import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAvroCodec } from './avro-codec.ts';
import type { SegmentMaterialized } from './generated/segment-materialized.ts';
import { createSchemaRegistry } from './schema-registry.ts';

const url = process.env['SCHEMA_REGISTRY_URL'] ?? '';

const visit = (...fields: readonly object[]): string =>
  JSON.stringify({ type: 'record', name: 'Visit', namespace: 'marketing_streams', fields });
const first = visit({ name: 'page', type: 'string' });
const compatible = visit({ name: 'page', type: 'string' }, { name: 'note', type: 'string', default: '' });
const incompatible = visit({ name: 'page', type: 'string' }, { name: 'visitor', type: 'string' });

describe('against a real registry', () => {
  let subject = '';
  beforeEach(() => {
    subject = `visits.${randomUUID()}-value`;
  });

  it('registers a schema once and gives it back by its id', async () => {
    const registry = createSchemaRegistry({ url });
    const id = await registry.register(subject, first, 'AVRO');
    expect(await registry.register(subject, first, 'AVRO')).toBe(id);
    // Another process, without anything remembered.
    const other = createSchemaRegistry({ url });
    expect(await other.register(subject, first, 'AVRO')).toBe(id);
    expect(JSON.parse((await other.schemaById(id)) ?? '')).toEqual(JSON.parse(first));
  });

  it('gives every process the id of a schema that all register at once', async () => {
    const processes = Array.from({ length: 12 }, () => createSchemaRegistry({ url }));
    const ids = await Promise.all(processes.map((registry) => registry.register(subject, first, 'AVRO')));
    expect(new Set(ids).size).toBe(1);
  });

  it('knows nothing of an id nobody registered', async () => {
    const registry = createSchemaRegistry({ url });
    expect(await registry.schemaById(2_147_483_646)).toBeNull();
    expect(await registry.schemaById(-5)).toBeNull();
  });

  it('takes any schema for a subject without versions', async () => {
    const registry = createSchemaRegistry({ url });
    expect(await registry.isCompatible(subject, first, 'AVRO')).toEqual({ compatible: true, reasons: [] });
  });

  it('enforces BACKWARD once asked to, and says what is wrong', async () => {
    const registry = createSchemaRegistry({ url });
    await registry.register(subject, first, 'AVRO');
    await registry.requireBackward(subject);
    const { compatible: fits, reasons } = await registry.isCompatible(subject, incompatible, 'AVRO');
    expect(fits).toBe(false);
    expect(reasons.join(' ')).toContain('visitor');
    await expect(registry.register(subject, incompatible, 'AVRO')).rejects.toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
      message: expect.stringContaining(subject),
    });
    expect(await registry.isCompatible(subject, compatible, 'AVRO')).toEqual({
      compatible: true,
      reasons: [],
    });
    expect(await registry.register(subject, compatible, 'AVRO')).toBeGreaterThan(0);
  });

  it('refuses what is no schema', async () => {
    const registry = createSchemaRegistry({ url });
    await expect(registry.register(subject, '{"type":"nonsense"}', 'AVRO')).rejects.toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
    });
  });

  it('serves a codec that reads what another process wrote', async () => {
    const options = { topic: 'dom.segment.materialized.v1' } as const;
    const writer = await createAvroCodec<SegmentMaterialized>({
      ...options,
      registry: createSchemaRegistry({ url }),
    });
    const reader = await createAvroCodec<SegmentMaterialized>({
      ...options,
      registry: createSchemaRegistry({ url }),
    });
    const segments = { customer_id: 'c-1', segments: ['loyal'], evaluated_at: 1_767_312_000_000 };
    const value = writer.encode(segments);
    await reader.prepare([{ value }]);
    expect(reader.decode(value)).toEqual(segments);
  });

  it('is ready, and says why not', async () => {
    expect(await createSchemaRegistry({ url }).ready()).toBeNull();
    expect(await createSchemaRegistry({ url: 'http://127.0.0.1:1' }).ready()).toContain('http://127.0.0.1:1');
  });

  it('takes a wrong path for a wrong setting, not for an unknown id', async () => {
    const registry = createSchemaRegistry({ url: `${new URL(url).origin}/nowhere` });
    await expect(registry.schemaById(1)).rejects.toMatchObject({
      code: expect.not.stringMatching(/SCHEMA_/),
    });
  });
});

describe('when the registry', () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it.each<[string, RequestListener]>([
    ['is overloaded', (_, response) => response.writeHead(503).end('{"message":"try later"}')],
    ['answers with a page of HTML', (_, response) => response.end('<html>starting</html>')],
    ['cuts the connection', (request) => request.socket.destroy()],
    ['never answers', () => {}],
  ])('%s, that is an outage', async (_, listener) => {
    const registry = createSchemaRegistry({
      url: `http://${await serve(listener)}`,
      timeoutMilliseconds: 200,
    });
    const outage = { code: 'REGISTRY_UNAVAILABLE', retriable: true };
    await expect(registry.schemaById(1)).rejects.toMatchObject(outage);
    await expect(registry.register('a-value', first, 'AVRO')).rejects.toMatchObject(outage);
  });

  it('says that another process has just registered the same, it is asked again', async () => {
    let requests = 0;
    const address = await serve((_, response) => {
      requests++;
      if (requests === 1) response.writeHead(409).end('{"message":"already exists"}');
      else response.end('{"id":7}');
    });
    expect(await createSchemaRegistry({ url: `http://${address}` }).register('a-value', first, 'AVRO')).toBe(
      7,
    );
    expect(requests).toBe(2);
  });

  it('wants a password, it gets the one in the URL and nobody reads it in an error', async () => {
    const seen: (string | undefined)[] = [];
    const address = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(500).end('{}');
    });
    const registry = createSchemaRegistry({ url: `http://ada:p%40ss@${address}` });
    await expect(registry.schemaById(1)).rejects.toThrow(`http://${address}`);
    expect(seen).toEqual([`Basic ${Buffer.from('ada:p@ss').toString('base64')}`]);
  });
});
