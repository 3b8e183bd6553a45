import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { TOPICS, type TopicName } from '@marketing-streams/contracts/topics';
import {
  type DeltalakeRow,
  readWithDeltalake,
} from '@marketing-streams/lakehouse/testing/python-delta-reader';
import { preparePython } from '@marketing-streams/lakehouse/testing/python-environment';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGold } from './harness/gold-topic.ts';
import type { PipelineAccess } from './harness/pipeline-access.ts';
import { readTopic } from './harness/read-topic.ts';
import { sharedPipeline } from './harness/shared-pipeline.ts';
import { TABLE_TOPICS } from './harness/topology.ts';

let pipeline: PipelineAccess;

beforeAll(async () => {
  [pipeline] = await Promise.all([sharedPipeline('delta-readers'), preparePython()]);
});
afterAll(() => pipeline?.close());

const query = (table: string, sql: string) => readWithDeltalake(join(pipeline.deltaDirectory, table), sql);

const tablesOf = (layer: string): readonly (readonly [string, TopicName])[] =>
  Object.entries(TABLE_TOPICS).filter(([table]) => table.startsWith(`${layer}/`));

/** Every folder below the delta folder that is a table. */
const tablesIn = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('_delta_log') && statSync(join(directory, path)).isDirectory())
    .map((path) => path.slice(0, -'/_delta_log'.length))
    .sort();

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** A value as keys have it, where moments are epoch milliseconds. */
const keyPart = (value: DeltalakeRow[string] | undefined): unknown =>
  typeof value === 'string' && MOMENT.test(value) ? Date.parse(value) : value;

/** The columns that tell a table's rows apart, as a text. */
const keyOf = (columns: readonly string[], row: DeltalakeRow): string =>
  columns.map((column) => keyPart(row[column])).join(' ');

/** The keys of a compacted topic whose newest record is a row, with their fields as `keyOf` writes them. */
const liveKeys = (records: readonly KafkaRecord[]): readonly string[] => {
  const newest = new Map(records.map(({ key, value }) => [key?.toString('utf8') ?? '', value]));
  return [...newest]
    .filter(([, value]) => value !== null)
    .map(([key]) => (key.startsWith('{') ? Object.values(JSON.parse(key) as object).join(' ') : key));
};

describe("Python's deltalake", () => {
  it('finds every table that the services write', async () => {
    await pipeline.caughtUp();
    expect(tablesIn(pipeline.deltaDirectory)).toEqual(Object.keys(TABLE_TOPICS).sort());
  });

  it.each(tablesOf('bronze'))(
    'reads all of %s: each record of %s once, byte for byte',
    async (table, topic) => {
      await pipeline.caughtUp();
      const text = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null;
      const columns = ['topic', 'partition', 'offset', 'key', 'value'];
      const rows = await query(table, 'SELECT * FROM t');
      const records = await readTopic(pipeline.kafka, topic);
      expect(rows.map((row) => keyOf(columns, row)).sort()).toEqual(
        records
          .map((record) => keyOf(columns, { ...record, key: text(record.key), value: text(record.value) }))
          .sort(),
      );
    },
  );

  it.each([...tablesOf('silver'), ...tablesOf('gold')])(
    'reads all of %s: one row for each key of %s',
    async (table, topic) => {
      await pipeline.caughtUp();
      const rows = await query(table, 'SELECT * FROM t');
      const keys = liveKeys(await readTopic(pipeline.kafka, topic));
      expect(rows.map((row) => keyOf(TOPICS[topic].key, row)).sort()).toEqual([...keys].sort());
    },
  );

  it('reads money to the cent and times to the millisecond', async () => {
    await pipeline.caughtUp();
    const gold = await readGold(pipeline.kafka);
    const rows = await query(
      'gold/customer_360',
      `SELECT customer_id, CAST(lifetime_value * 100 AS BIGINT) AS cents,
              CAST(date_part('epoch', as_of) * 1000 AS BIGINT) AS as_of FROM t`,
    );
    expect(new Map(rows.map((row) => [row['customer_id'], [row['cents'], row['as_of']]]))).toEqual(
      new Map([...gold].map(([id, { lifetime_value, as_of }]) => [id, [lifetime_value, as_of]])),
    );
  });
});
