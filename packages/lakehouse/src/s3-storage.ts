import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { PlatformError } from '@marketing-streams/platform/errors';
import { request, S3Answer } from './s3/s3-requests.ts';
import { parseS3Location, resolveS3Settings, type S3Options, type S3Settings } from './s3/s3-settings.ts';
import type { Storage, StoredFile } from './storage.ts';

/** Metadata of an object that tells whose put made it. */
const PUT_ID = 'put-id';

type StoredObject = { readonly data: Buffer; readonly putId: string | undefined };

/** The SDK tries once: only this package knows what a second try of a conditional put means. */
const createClient = (settings: S3Settings): S3Client =>
  new S3Client({
    ...(settings.region === undefined ? {} : { region: settings.region }),
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    ...(settings.credentials === undefined ? {} : { credentials: settings.credentials }),
    forcePathStyle: settings.pathStyle,
    maxAttempts: 1,
    // The signature covers the content's SHA-256 anyway, and not every store knows the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5_000, socketTimeout: settings.idleTimeout },
  });

const isAnswer = (error: unknown, meaning: S3Answer['meaning']): boolean =>
  error instanceof S3Answer && error.meaning === meaning;

/** A folder as the beginning of keys. */
const folderPrefix = (root: string, folder: string): string => {
  const inside = folder.replace(/^\.?\/*|\/+$/g, '');
  return `${root}${inside === '' ? '' : `${inside}/`}`;
};

/**
 * A place `s3://bucket/prefix` in an S3-compatible store that has conditional puts and lists what was written
 * (Amazon S3, MinIO, Ceph, R2, …).
 *
 * A commit is a put with `If-None-Match: *`: the store answers 412 to all but one. An answer can get lost, so the
 * outcome of a try that timed out or met a 5xx is unknown, and the 412 of a further try (ours, or one of a proxy
 * on the way) may tell of our own first one. Therefore each put carries a unique id in its metadata, and after a 412
 * the object is read: ours if it has our id or, where a store dropped the metadata, our very bytes.
 * 409 ConditionalRequestConflict says that puts collided and none was carried out: it is tried again.
 *
 * A store that ignores the condition would lose commits without a word. So the first put of a storage is sent
 * twice: DELTA_UNSUPPORTED is thrown unless the second gets 412.
 *
 * Files are sent by one put each, up to 5 GB.
 */
export const s3Storage = (location: string, options: S3Options = {}): Storage => {
  const { bucket, prefix } = parseS3Location(location);
  const settings = resolveS3Settings(options);
  const client = createClient(settings);
  const root = prefix === '' ? '' : `${prefix}/`;
  const bucketUrl = `s3://${bucket}`;
  const at = (path: string) => ({ Bucket: bucket, Key: `${root}${path}` });
  const ask = <T>(action: string, key: string, send: () => Promise<T>): Promise<T> =>
    request(settings, action, `${bucketUrl}/${key}`, send);

  const get = (path: string, range?: { readonly start: number; readonly end: number }) =>
    ask('read', `${root}${path}`, async (): Promise<StoredObject> => {
      const answer = await client.send(
        new GetObjectCommand({
          ...at(path),
          ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end - 1}` }),
        }),
      );
      const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      // A store may ignore the range and send everything.
      const isWhole = range !== undefined && answer.ContentRange === undefined;
      return {
        data: isWhole ? data.subarray(range.start, range.end) : data,
        putId: answer.Metadata?.[PUT_ID],
      };
    });

  const getIfPresent = async (path: string): Promise<StoredObject | null> => {
    try {
      return await get(path);
    } catch (error) {
      if (isAnswer(error, 'missing')) return null;
      throw error;
    }
  };

  /** False when the store says that there is such a file. */
  const putOnce = async (path: string, data: Uint8Array, putId: string): Promise<boolean> => {
    try {
      await ask('write', `${root}${path}`, () =>
        client.send(
          new PutObjectCommand({ ...at(path), Body: data, IfNoneMatch: '*', Metadata: { [PUT_ID]: putId } }),
        ),
      );
      return true;
    } catch (error) {
      if (isAnswer(error, 'exists')) return false;
      throw error;
    }
  };

  let isConditionProven = false;
  const proveCondition = async (path: string, data: Uint8Array, putId: string): Promise<void> => {
    if (isConditionProven) return;
    if (await putOnce(path, data, putId)) {
      throw new PlatformError(
        'DELTA_UNSUPPORTED',
        `${bucketUrl}: the store ignores If-None-Match, so that writers would overwrite each other's commits`,
      );
    }
    isConditionProven = true;
  };

  const putIfAbsent = async (path: string, data: Uint8Array): Promise<boolean> => {
    const putId = randomUUID();
    if (await putOnce(path, data, putId)) {
      await proveCondition(path, data, putId);
      return true;
    }
    isConditionProven = true;
    const winner = await getIfPresent(path);
    if (winner === null) return false;
    return winner.putId === undefined ? winner.data.equals(data) : winner.putId === putId;
  };

  const pages = async function* (folder: string, within: { readonly level?: true; readonly after?: string }) {
    const keys = folderPrefix(root, folder);
    let token: string | undefined;
    do {
      const page: ListObjectsV2CommandOutput = await ask('list', keys, () =>
        client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: keys,
            ...(within.level === true ? { Delimiter: '/' } : {}),
            ...(within.after === undefined ? {} : { StartAfter: `${keys}${within.after}` }),
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        ),
      );
      // What ends with a slash is a folder that a console or file browser made.
      yield (page.Contents ?? [])
        .filter(({ Key = '' }) => !Key.endsWith('/'))
        .map(
          ({ Key = '', Size = 0, LastModified }): StoredFile => ({
            path: Key.slice(root.length),
            bytes: Size,
            modifiedAt: LastModified?.getTime() ?? 0,
          }),
        );
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      if (page.IsTruncated === true && token === undefined)
        throw new PlatformError('STORAGE_UNAVAILABLE', `cannot list ${bucketUrl}/${keys}: no next page`);
    } while (token !== undefined);
  };

  return {
    location: prefix === '' ? bucketUrl : `${bucketUrl}/${prefix}`,
    read: async (path) => (await getIfPresent(path))?.data ?? null,
    readRange: async (path, start, end) => {
      if (end <= start) return Buffer.alloc(0);
      try {
        return (await get(path, { start, end })).data;
      } catch (error) {
        if (isAnswer(error, 'beyond')) return Buffer.alloc(0);
        if (!isAnswer(error, 'missing')) throw error;
        throw new PlatformError('NOT_FOUND', `${bucketUrl}/${root}${path} does not exist`);
      }
    },
    write: async (path, data) => {
      if (await putIfAbsent(path, data)) return;
      throw new PlatformError(
        'STORAGE_UNAVAILABLE',
        `cannot write ${bucketUrl}/${root}${path}: it exists already`,
      );
    },
    replace: async (path, data) => {
      await ask('write', `${root}${path}`, () =>
        client.send(new PutObjectCommand({ ...at(path), Body: data })),
      );
    },
    putIfAbsent,
    list: async (folder, startAt = '') => {
      const start = folderPrefix('', folder).length + root.length;
      const nameOf = (file: StoredFile): string => file.path.slice(start - root.length);
      const found: StoredFile[] = [];
      // The store starts after a name, not at it: after the name less its last character, and the rest is left out.
      const after = [...startAt].slice(0, -1).join('');
      for await (const page of pages(folder, { level: true, ...(after === '' ? {} : { after }) })) {
        found.push(...page.filter((file) => nameOf(file) >= startAt && !file.path.endsWith('.tmp')));
      }
      return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    walk: async function* (folder) {
      for await (const page of pages(folder, {})) yield* page;
    },
    delete: async (path) => {
      try {
        await ask('delete', `${root}${path}`, () => client.send(new DeleteObjectCommand(at(path))));
      } catch (error) {
        if (!isAnswer(error, 'missing')) throw error;
      }
    },
  };
};
