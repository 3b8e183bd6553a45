import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTable } from './read-table.ts';
import { s3Storage } from './s3-storage.ts';
import { openTable } from './table.ts';
import type { DeltaTable, TableKind } from './table-types.ts';
import { type ProxiedS3, startProxiedS3 } from './testing/proxied-s3.ts';
import { S3_FAULTS, type S3Fault, type S3Proxy } from './testing/s3-proxy.ts';
import { s3TestOptions } from './testing/s3-server.ts';
import { ID_AND_VALUE, rowsById } from './testing/temporary-tables.ts';

let store: ProxiedS3;
let proxy: S3Proxy;

beforeAll(async () => {
  store = await startProxiedS3();
  ({ proxy } = store);
});

afterAll(() => store?.close());

/** Those that end by themselves; a client that stops waiting is tested with the storage. */
const QUICK_FAULTS = S3_FAULTS.filter((fault) => !/stalled|unconditional/.test(fault));

/** What happens to the next requests, whichever writer makes them. */
const round = fc.array(fc.option(fc.constantFrom<S3Fault>(...QUICK_FAULTS), { freq: 2 }), { maxLength: 14 });

const startFaults = (faults: readonly (S3Fault | null)[]): void => {
  const left = [...faults];
  proxy.setFaults(() => left.shift() ?? null);
};

describe('a table in a store that fails', () => {
  it.each<TableKind>(['append', { upsert: ['id'] }])(
    'holds each batch of two writers once or not at all, and tells which (kind %j)',
    async (kind) => {
      let failures = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 5 }), async (rounds) => {
          const location = `s3://tables/${randomUUID()}`;
          const folder = await mkdtemp(join(tmpdir(), 's3-faults-'));
          // Two tries, so that often all of them fail.
          const path = () => s3Storage(location, { ...s3TestOptions(proxy.endpoint), attempts: 2 });
          const open = (writer: number): Promise<DeltaTable> =>
            openTable({
              path: path(),
              name: 'rows',
              schema: ID_AND_VALUE,
              kind,
              indexDir: join(folder, `index-${writer}`),
            });
          startFaults([]);
          const writers = [await open(0), await open(1)];
          const committed: string[] = [];
          const write = async (writer: number, number: number): Promise<boolean> => {
            const table = writers[writer]!;
            const appId = `app-${writer}`;
            const txns = [{ appId, expected: table.position(appId), version: number }];
            const batch = [{ id: `${writer}-${number}`, value: number }];
            if (kind === 'append') await table.append(batch, { txns });
            else await table.upsert([...batch, { id: 'shared', value: number }], [], { txns });
            return true;
          };
          for (const [number, faults] of rounds.entries()) {
            startFaults(faults);
            const outcomes = await Promise.allSettled([0, 1].map((writer) => write(writer, number)));
            startFaults([]);
            for (const [writer, outcome] of outcomes.entries()) {
              if (outcome.status === 'rejected') {
                failures++;
                expect(outcome.reason).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
                await writers[writer]!.close();
                writers[writer] = await open(writer);
                if (writers[writer]!.position(`app-${writer}`) !== number) continue;
              }
              committed.push(`${writer}-${number}`);
            }
          }
          const view = await readTable({ path: path() });
          const ids = (await rowsById(view)).map(({ id }) => id);
          const shared = kind === 'append' || committed.length === 0 ? [] : ['shared'];
          expect(ids).toEqual([...committed, ...shared].sort());
          // The first version made the table, each other one is a batch.
          expect(view.version()).toBe(committed.length);
          for (const table of writers) await table.close();
          await rm(folder, { recursive: true });
        }),
        {
          numRuns: Number(process.env['MODEL_RUNS'] ?? 6),
          // Every try is carried out and none is answered.
          examples: [[[Array.from({ length: 14 }, () => 'unanswered' as const), []]]],
        },
      );
      expect(failures).toBeGreaterThan(0);
    },
  );
});
