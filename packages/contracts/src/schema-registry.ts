import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { requestText } from '@marketing-streams/platform/node-http';

/** Kinds of schema the contracts use, as the registry's API spells them. */
export type SchemaType = 'AVRO' | 'JSON';

export type SchemaRegistryOptions = {
  /** Base URL of a Confluent-compatible API; user and password in it become basic authentication. */
  readonly url: string;
  /** How long one request may take; default 5 s. */
  readonly timeoutMilliseconds?: number;
};

/** Whether a schema fits the newest version of its subject, and if not, why. */
export type Compatibility = { readonly compatible: boolean; readonly reasons: readonly string[] };

/** What the platform needs of a registry. Every call throws REGISTRY_UNAVAILABLE while it cannot be reached. */
export type SchemaRegistry = {
  /** Registers a schema unless it is there already; gives its id. Throws SCHEMA_INCOMPATIBLE with the reason. */
  readonly register: (subject: string, schema: string, type: SchemaType) => Promise<number>;
  /** The schema's text; null when the registry knows no such id. */
  readonly schemaById: (id: number) => Promise<string | null>;
  /** Checks against the subject's newest version; a subject without versions takes any schema. */
  readonly isCompatible: (subject: string, schema: string, type: SchemaType) => Promise<Compatibility>;
  /** Makes the registry refuse versions of a subject that cannot read what its newest version wrote. */
  readonly requireBackward: (subject: string) => Promise<void>;
  /** Null when the registry answers, else what is wrong. */
  readonly ready: () => Promise<string | null>;
};

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';

/** The API's error code for an unknown schema id; any other 404 means that the URL is wrong. */
const SCHEMA_NOT_FOUND = 40403;

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

type Request = (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => Promise<Answer>;

/** The request function of a registry: JSON in and out, outages told apart from answers. */
const createRequest = ({ url, timeoutMilliseconds = 5_000 }: SchemaRegistryOptions): Request => {
  const base = new URL(url);
  const credentials: Record<string, string> =
    base.username === ''
      ? {}
      : {
          authorization: `Basic ${btoa(`${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`)}`,
        };
  base.username = '';
  base.password = '';
  const root = base.href.replace(/\/+$/, '');

  const unavailable = (what: string, cause?: unknown): PlatformError =>
    new PlatformError('REGISTRY_UNAVAILABLE', `schema registry ${root}: ${what}`, { cause });

  return async (method, path, body) => {
    let status: number;
    let text: string;
    try {
      ({ status, text } = await requestText(`${root}${path}`, {
        method,
        headers: {
          accept: `${CONTENT_TYPE}, application/json`,
          'content-type': CONTENT_TYPE,
          ...credentials,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeoutMilliseconds,
      }));
    } catch (cause) {
      throw unavailable(messageOf(cause), cause);
    }
    if (status >= 500 || status === 429 || status === 408) {
      throw unavailable(`${method} ${path} answered ${status} ${text.slice(0, 300)}`);
    }
    try {
      return { status, body: JSON.parse(text) as Answer['body'] };
    } catch {
      throw unavailable(`${method} ${path} answered ${status} with something that is not JSON`);
    }
  };
};

const refused = (what: string, { status, body }: Answer): PlatformError =>
  new PlatformError(
    status === 409 || status === 422 ? 'SCHEMA_INCOMPATIBLE' : 'CONFIG_INVALID',
    `${what}: the schema registry answered ${status} ${String(body['message'] ?? JSON.stringify(body))}`,
    { details: { status } },
  );

const withType = (schema: string, type: SchemaType): Record<string, string> =>
  type === 'AVRO' ? { schema } : { schema, schemaType: type };

/**
 * A client of a Confluent-compatible registry (Confluent's, Redpanda's, Apicurio's `/apis/ccompat/v7`). Ids and
 * schemas never change once given, so both are kept for good. Why not a library: docs/decisions/0020.
 */
export const createSchemaRegistry = (options: SchemaRegistryOptions): SchemaRegistry => {
  const request = createRequest(options);
  const schemas = new Map<number, string>();
  const ids = new Map<string, number>();

  return {
    register: async (subject, schema, type) => {
      const key = `${subject}\n${type}\n${schema}`;
      const known = ids.get(key);
      if (known !== undefined) return known;
      const path = `/subjects/${encodeURIComponent(subject)}/versions`;
      let answer = await request('POST', path, withType(schema, type));
      // Apicurio says so too when another process registers the subject at this moment; an incompatible schema
      // is refused again.
      if (answer.status === 409) answer = await request('POST', path, withType(schema, type));
      const id = answer.body['id'];
      if (answer.status !== 200 || typeof id !== 'number') throw refused(`registering ${subject}`, answer);
      ids.set(key, id);
      return id;
    },
    schemaById: async (id) => {
      const known = schemas.get(id);
      if (known !== undefined) return known;
      if (id < 0) return null;
      const answer = await request('GET', `/schemas/ids/${id}`);
      if (answer.status === 404 && answer.body['error_code'] === SCHEMA_NOT_FOUND) return null;
      const schema = answer.body['schema'];
      if (answer.status !== 200 || typeof schema !== 'string')
        throw refused(`looking up schema ${id}`, answer);
      schemas.set(id, schema);
      return schema;
    },
    isCompatible: async (subject, schema, type) => {
      const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions/latest?verbose=true`;
      const answer = await request('POST', path, withType(schema, type));
      if (answer.status === 404) return { compatible: true, reasons: [] };
      if (answer.status !== 200) throw refused(`checking ${subject}`, answer);
      // Confluent's and Redpanda's give a list of messages, Apicurio's one reason.
      const { is_compatible: compatible, messages, reason } = answer.body;
      const reasons = Array.isArray(messages) ? messages : typeof reason === 'string' ? [reason] : [];
      return { compatible: compatible === true, reasons: compatible === true ? [] : reasons.map(String) };
    },
    requireBackward: async (subject) => {
      const path = `/config/${encodeURIComponent(subject)}`;
      const answer = await request('PUT', path, { compatibility: 'BACKWARD' });
      if (answer.status !== 200) throw refused(`setting the compatibility of ${subject}`, answer);
    },
    ready: async () => {
      try {
        const { status } = await request('GET', '/subjects');
        return status === 200 ? null : `the schema registry answered ${status}`;
      } catch (error) {
        return messageOf(error);
      }
    },
  };
};
