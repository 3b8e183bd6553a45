import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { Redis } from 'ioredis';
import { packValues } from '../view/pack-values.ts';
import type { UnsavedRows } from './followed-table.ts';

/** What Redis says of a table it holds. */
export type SavedTable = Pick<UnsavedRows, 'positions' | 'newestAt'> & {
  /** A random id made with the table: another one means that it was flushed or replaced. */
  readonly generation: string;
  /** The Kafka cluster it was read from, whose offsets mean nothing elsewhere. */
  readonly clusterId: string;
};

/**
 * Tables in Redis: one hash per table with the rows as they lie on the topic (field `:<key>`) and what they reflect
 * (fields that begin with `=`), so that a flush takes both. Every call throws REDIS_UNAVAILABLE when Redis does not answer.
 */
export type TableStore = {
  /** Null when Redis holds no such table. */
  readonly state: (name: string) => Promise<SavedTable | null>;
  /** The table, made empty when there is none or it is another cluster's. */
  readonly open: (name: string, clusterId: string) => Promise<SavedTable>;
  /** All rows, some hundreds at a time; a row may come twice. */
  readonly rows: (name: string) => AsyncIterable<readonly (readonly [key: string, value: Buffer])[]>;
  /** `stale` when the table is no longer the one of this generation; nothing more is written then. */
  readonly save: (name: string, generation: string, unsaved: UnsavedRows) => Promise<'saved' | 'stale'>;
  readonly remove: (name: string) => Promise<void>;
};

const SCAN_COUNT = 500;
/** Rows per script call, so that Redis answers others in between. */
const ROWS_PER_SAVE = 1_000;
const POSITION = '=position:';
const ROW = ':';
const SAVE_SCRIPT = readFileSync(new URL('./save-table.lua', import.meta.url), 'utf8');

const available = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (cause) {
    throw new PlatformError('REDIS_UNAVAILABLE', 'Redis does not answer', { cause });
  }
};

/** Tables on one Redis, under one key prefix. */
export const createTableStore = (redis: Redis, prefix: string): TableStore => {
  const keyOf = (name: string): string => `${prefix}table:${name}`;

  const state = async (name: string): Promise<SavedTable | null> => {
    const key = keyOf(name);
    const [generation, clusterId, newestAt, known] = await redis.hmget(
      key,
      '=generation',
      '=cluster_id',
      '=newest_at',
      '=partitions',
    );
    if (typeof generation !== 'string' || typeof clusterId !== 'string') return null;
    const partitions = Array.from({ length: Number(known ?? 0) }, (_, partition) => partition);
    const offsets =
      partitions.length === 0
        ? []
        : await redis.hmget(key, ...partitions.map((partition) => POSITION + partition));
    const positions = partitions.flatMap((partition) => {
      const offset = offsets[partition];
      return offset === null || offset === undefined ? [] : [[partition, Number(offset)] as const];
    });
    return {
      generation,
      clusterId,
      newestAt: newestAt ? Number(newestAt) : null,
      positions: new Map(positions),
    };
  };

  const open = async (name: string, clusterId: string): Promise<SavedTable> => {
    const key = keyOf(name);
    const known = await redis.hget(key, '=cluster_id');
    if (known !== null && known !== clusterId) await redis.unlink(key);
    await redis.hset(key, '=cluster_id', clusterId);
    await redis.hsetnx(key, '=generation', randomUUID());
    const opened = await state(name);
    if (opened === null)
      throw new PlatformError('STATE_CONFLICT', `the table ${name} was removed while it was being opened`);
    return opened;
  };

  const saveRows = async (
    name: string,
    generation: string,
    rows: readonly (readonly [key: string, value: Buffer | null])[],
    fields: readonly (readonly [name: string, value: number])[],
  ): Promise<'saved' | 'stale'> => {
    const written = rows.flatMap(([key, value]) => (value === null ? [] : [ROW + key, value]));
    const removed = rows.flatMap(([key, value]) => (value === null ? [ROW + key] : []));
    const values = [
      generation,
      fields.length,
      ...fields.flat(),
      written.length / 2,
      ...written,
      removed.length,
      ...removed,
    ];
    const answer = await redis.eval(SAVE_SCRIPT, 1, keyOf(name), packValues(values));
    return answer === 'STALE' ? 'stale' : 'saved';
  };

  const save = async (
    name: string,
    generation: string,
    { rows, positions, newestAt }: UnsavedRows,
  ): Promise<'saved' | 'stale'> => {
    const all = [...rows];
    for (let start = 0; start < all.length; start += ROWS_PER_SAVE) {
      const part = all.slice(start, start + ROWS_PER_SAVE);
      if ((await saveRows(name, generation, part, [])) === 'stale') return 'stale';
    }
    // Last: positions stand for rows that are there.
    return saveRows(
      name,
      generation,
      [],
      [
        ['=partitions', Math.max(-1, ...positions.keys()) + 1],
        ...[...positions].map(([partition, offset]) => [POSITION + partition, offset] as const),
        ...(newestAt === null ? [] : [['=newest_at', newestAt] as const]),
      ],
    );
  };

  return {
    state: (name) => available(state(name)),
    open: (name, clusterId) => available(open(name, clusterId)),
    rows: async function* (name) {
      let cursor = '0';
      do {
        const [next, flat] = await available(redis.hscanBuffer(keyOf(name), cursor, 'COUNT', SCAN_COUNT));
        cursor = next.toString();
        const found: (readonly [string, Buffer])[] = [];
        for (let at = 0; at + 1 < flat.length; at += 2) {
          const field = flat[at]!.toString('utf8');
          if (field.startsWith(ROW)) found.push([field.slice(ROW.length), flat[at + 1]!]);
        }
        yield found;
      } while (cursor !== '0');
    },
    save: (name, generation, unsaved) => available(save(name, generation, unsaved)),
    remove: async (name) => {
      await available(redis.unlink(keyOf(name)));
    },
  };
};
