import { PlatformError } from '@marketing-streams/platform/errors';
import type { SchemaRegistry } from './schema-registry.ts';

/** A registry in memory for pure tests; `away` makes it unreachable, `lookups` lists the ids asked for. */
export const createMemoryRegistry = () => {
  const schemas: string[] = [];
  const lookups: number[] = [];
  const state = { away: false };
  const answer = <T>(value: () => T): Promise<T> =>
    state.away
      ? Promise.reject(new PlatformError('REGISTRY_UNAVAILABLE', 'the registry is away'))
      : Promise.resolve(value());
  const add = (schema: string): number => {
    const index = schemas.indexOf(schema);
    return index >= 0 ? index + 1 : schemas.push(schema);
  };
  const registry: SchemaRegistry = {
    register: (_subject, schema) => answer(() => add(schema)),
    schemaById: (id) =>
      answer(() => {
        lookups.push(id);
        return schemas[id - 1] ?? null;
      }),
    isCompatible: () => answer(() => ({ compatible: true, reasons: [] })),
    requireBackward: () => answer(() => undefined),
    ready: async () => (state.away ? 'away' : null),
  };
  return { registry, add, lookups, state };
};
