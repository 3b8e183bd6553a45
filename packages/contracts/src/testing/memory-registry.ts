import type { SchemaRegistry } from '../schema-registry.ts';

/** A registry in memory, for unit tests of what encodes and decodes; ids count from 1. */
export const memoryRegistry = (): SchemaRegistry => {
  const schemas: string[] = [];
  return {
    register: async (_subject, schema) => {
      const known = schemas.indexOf(schema);
      return known >= 0 ? known + 1 : schemas.push(schema);
    },
    schemaById: async (id) => schemas[id - 1] ?? null,
    isCompatible: async () => ({ compatible: true, reasons: [] }),
    requireBackward: async () => {},
    ready: async () => null,
  };
};
