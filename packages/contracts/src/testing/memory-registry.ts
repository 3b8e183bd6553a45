import { PlatformError } from '@marketing-streams/platform/errors';
import type { SchemaRegistry } from '../schema-registry.ts';

/** A registry in memory, with what a test sets and looks at. */
type MemoryRegistry = SchemaRegistry & {
  /** Adds a schema that another client registered, and gives its id. */
  readonly add: (schema: string) => number;
  /** The ids that were asked for, in order. */
  readonly lookups: readonly number[];
  /** `away` makes every call fail as when the registry cannot be reached. */
  readonly state: { away: boolean };
};

/** A registry in memory, for unit tests of what encodes and decodes; ids count from 1. */
export const memoryRegistry = (): MemoryRegistry => {
  const schemas: string[] = [];
  const lookups: number[] = [];
  const state = { away: false };
  const answer = <T>(value: () => T): Promise<T> =>
    state.away
      ? Promise.reject(new PlatformError('REGISTRY_UNAVAILABLE', 'the registry is away'))
      : Promise.resolve(value());
  const add = (schema: string): number => {
    const known = schemas.indexOf(schema);
    return known >= 0 ? known + 1 : schemas.push(schema);
  };
  return {
    register: (_subject, schema) => answer(() => add(schema)),
    schemaById: (id) =>
      answer(() => {
        lookups.push(id);
        return schemas[id - 1] ?? null;
      }),
    isCompatible: () => answer(() => ({ compatible: true, reasons: [] })),
    requireBackward: () => answer(() => undefined),
    ready: async () => (state.away ? 'away' : null),
    add,
    lookups,
    state,
  };
};
