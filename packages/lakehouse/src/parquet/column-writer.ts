import { PlatformError } from '@marketing-streams/platform/errors';
import { columnElements } from '../schema/parquet-schema.ts';
import type { Column, ColumnType } from '../schema/table-schema.ts';
import { INDEXED_LEAVES, type StatisticsNode } from './file-statistics.ts';
import { createLeafColumn, type LeafColumn } from './leaf-column.ts';
import { mismatch } from './value-encoder.ts';

/** Takes the values of one column, or of one part of a nested one, apart into leaf columns. */
export type ColumnWriter = {
  /** Adds a value. Throws DELTA_SCHEMA_MISMATCH naming the column, nested ones by their path. */
  readonly write: (value: unknown, repetition: number) => void;
  /** Adds the absence of a value because something around it is null or empty; see Parquet's definition levels. */
  readonly writeNull: (definition: number, repetition: number) => void;
  /** In the order of the Parquet schema. */
  readonly leaves: readonly LeafColumn[];
  readonly statistics: StatisticsNode | null;
};

/** Where a part of a column is. */
type Place = {
  /** For people. */
  readonly path: string;
  readonly names: readonly string[];
  readonly nullable: boolean;
  /** Levels outside of the part. */
  readonly definition: number;
  readonly repetition: number;
};

/** How many more leaf columns get statistics; null inside lists and maps. */
type LeafBudget = { left: number };

const isAbsent = (value: unknown): boolean => value === null || value === undefined;

const mustNotBeNull = (path: string, value: unknown): PlatformError =>
  new PlatformError('DELTA_SCHEMA_MISMATCH', `column ${path} must not be null`, {
    details: { field: path, value },
  });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** The writer of a part from the writers of what is below it and a way to add a value that is there. */
const orNull = (
  place: Place,
  below: readonly ColumnWriter[],
  write: (value: unknown, repetition: number) => void,
): Omit<ColumnWriter, 'statistics'> => {
  const leaves = below.flatMap((writer) => writer.leaves);
  if (leaves.length === 0) {
    throw new PlatformError('DELTA_UNSUPPORTED', `column ${place.path} has no part that a file can hold`, {
      details: { field: place.path },
    });
  }
  const writeNull = (definition: number, repetition: number): void => {
    for (const writer of below) writer.writeNull(definition, repetition);
  };
  return {
    leaves,
    writeNull,
    write: (value, repetition) => {
      if (!isAbsent(value)) write(value, repetition);
      else if (place.nullable) writeNull(place.definition, repetition);
      else throw mustNotBeNull(place.path, value);
    },
  };
};

const primitiveWriter = (type: ColumnType, place: Place, budget: LeafBudget | null): ColumnWriter => {
  const { path, nullable, definition } = place;
  const leaf = createLeafColumn({
    type,
    path,
    element: columnElements({ name: place.names.at(-1)!, nullable, ...type })[0]!,
    names: place.names,
    maxDefinition: definition + (nullable ? 1 : 0),
    maxRepetition: place.repetition,
  });
  const measured = budget !== null && budget.left > 0;
  if (budget !== null) budget.left--;
  return {
    leaves: [leaf],
    writeNull: leaf.putNull,
    write: (value, repetition) => {
      if (value !== null && value !== undefined) leaf.put(value, repetition);
      else if (nullable) leaf.putNull(definition, repetition);
      else throw mustNotBeNull(path, value);
    },
    statistics: measured ? { kind: 'leaf', leaf } : null,
  };
};

/** Void columns have no place in a file. */
const voidWriter = (path: string): ColumnWriter => ({
  leaves: [],
  writeNull: () => {},
  write: (value) => {
    if (!isAbsent(value)) throw mismatch(path, 'nothing but null', value);
  },
  statistics: null,
});

const structWriter = (
  columns: readonly Column[],
  place: Place,
  budget: LeafBudget | null,
  check: (value: unknown) => Readonly<Record<string, unknown>>,
): ColumnWriter => {
  const fields = columns.map((column) =>
    writerOf(
      column,
      {
        ...place,
        path: `${place.path}.${column.name}`,
        names: [...place.names, column.name],
        nullable: column.nullable,
        definition: place.definition + (place.nullable ? 1 : 0),
      },
      budget,
    ),
  );
  const names = columns.map((column) => column.name);
  const tracked = fields.flatMap((field, index) =>
    field.statistics === null ? [] : [[names[index]!, field.statistics] as const],
  );
  return {
    ...orNull(place, fields, (value, repetition) => {
      const struct = check(value);
      for (let index = 0; index < fields.length; index++)
        fields[index]!.write(struct[names[index]!], repetition);
    }),
    statistics: tracked.length === 0 ? null : { kind: 'struct', fields: new Map(tracked) },
  };
};

const requireObject =
  (path: string) =>
  (value: unknown): Readonly<Record<string, unknown>> => {
    if (!isObject(value)) throw mismatch(path, 'an object', value);
    return value;
  };

/** Lists and maps: parts that are repeated below a group of their own. */
const repeatedWriter = (
  place: Place,
  below: (inside: Pick<Place, 'definition' | 'repetition'>) => ColumnWriter,
  itemsOf: (value: unknown) => readonly unknown[],
): ColumnWriter => {
  const present = place.definition + (place.nullable ? 1 : 0);
  const inner = place.repetition + 1;
  const item = below({ definition: present + 1, repetition: inner });
  const writer = orNull(place, [item], (value, repetition) => {
    const items = itemsOf(value);
    if (items.length === 0) item.writeNull(present, repetition);
    for (let index = 0; index < items.length; index++)
      item.write(items[index], index === 0 ? repetition : inner);
  });
  return { ...writer, statistics: null };
};

const listWriter = (type: ColumnType & { readonly type: 'list' }, place: Place): ColumnWriter =>
  repeatedWriter(
    place,
    (inside) =>
      writerOf(
        type.element,
        {
          ...inside,
          path: `${place.path}.element`,
          names: [...place.names, 'list', 'element'],
          nullable: type.containsNull,
        },
        null,
      ),
    (value) => {
      if (!Array.isArray(value)) throw mismatch(place.path, 'a list', value);
      return value;
    },
  );

const mapWriter = (type: ColumnType & { readonly type: 'map' }, place: Place): ColumnWriter => {
  const key = type.key ?? { type: 'string' };
  const entriesOf = (value: unknown): [unknown, unknown][] => {
    if (value instanceof Map) return [...value];
    if (key.type === 'string' && isObject(value)) return Object.entries(value);
    throw mismatch(place.path, key.type === 'string' ? 'an object by key' : 'a Map', value);
  };
  return repeatedWriter(
    place,
    (inside) => {
      const part = (name: 'key' | 'value', partType: ColumnType, nullable: boolean): ColumnWriter =>
        writerOf(
          partType,
          {
            ...inside,
            path: `${place.path}.${name}`,
            names: [...place.names, 'key_value', name],
            nullable,
          },
          null,
        );
      const keys = part('key', key, false);
      const values = part('value', type.value, type.valueContainsNull);
      const entryPlace: Place = { ...inside, path: place.path, names: place.names, nullable: false };
      const writer = orNull(entryPlace, [keys, values], (entry, repetition) => {
        const [name, value] = entry as [unknown, unknown];
        keys.write(name, repetition);
        values.write(value, repetition);
      });
      return { ...writer, statistics: null };
    },
    entriesOf,
  );
};

const writerOf = (type: ColumnType, place: Place, budget: LeafBudget | null): ColumnWriter => {
  switch (type.type) {
    case 'struct':
      return structWriter(type.fields, place, budget, requireObject(place.path));
    case 'list':
      return listWriter(type, place);
    case 'map':
      return mapWriter(type, place);
    case 'void':
      return voidWriter(place.path);
    default:
      return primitiveWriter(type, place, budget);
  }
};

/** The writers of one file's columns. */
export const columnWriters = (columns: readonly Column[]): readonly ColumnWriter[] => {
  const budget: LeafBudget = { left: INDEXED_LEAVES };
  return columns.map((column) =>
    writerOf(
      column,
      { path: column.name, names: [column.name], nullable: column.nullable, definition: 0, repetition: 0 },
      budget,
    ),
  );
};
