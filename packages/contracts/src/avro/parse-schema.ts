import avsc from 'avsc';
import { guardCollections } from './guarded-collections.ts';
import { LOGICAL_TYPES } from './logical-types.ts';

/** The types directly inside another one. */
const innerTypes = (type: avsc.Type): readonly avsc.Type[] => {
  if (type instanceof avsc.types.RecordType) return type.fields.map((field) => field.type);
  if (type instanceof avsc.types.ArrayType) return [type.itemsType];
  if (type instanceof avsc.types.MapType) return [type.valuesType as avsc.Type];
  if (type instanceof avsc.types.UnwrappedUnionType || type instanceof avsc.types.WrappedUnionType) {
    return type.types;
  }
  return [];
};

/**
 * Lets avsc's generated constructors make plain objects: what is decoded is data, to be stored, cloned, compared
 * and printed like any other.
 */
const makeRecordsPlain = (type: avsc.Type, seen = new Set<avsc.Type>()): void => {
  if (seen.has(type)) return;
  seen.add(type);
  if (type instanceof avsc.types.RecordType) {
    (type.recordConstructor as { prototype: object }).prototype = Object.prototype;
  }
  for (const inner of innerTypes(type)) makeRecordsPlain(inner, seen);
};

/**
 * The avsc type of a schema, with the contracts' logical types and guarded against impossible sizes.
 * Throws whatever avsc says about a schema that is not valid Avro.
 */
export const parseAvroSchema = (
  text: string,
  logicalTypes: NonNullable<avsc.ForSchemaOptions['logicalTypes']> = LOGICAL_TYPES,
): avsc.Type => {
  const type = avsc.Type.forSchema(JSON.parse(text) as avsc.Schema, {
    logicalTypes,
    assertLogicalTypes: true,
    omitRecordMethods: true,
    typeHook: guardCollections,
  });
  makeRecordsPlain(type);
  return type;
};

/**
 * Why a reader with one schema cannot read what was written with another, in avsc's words; null when it can
 * (Avro specification, "Schema Resolution"). This is what BACKWARD compatibility means: the new schema reads
 * what the former one wrote.
 */
export const avroIncompatibility = (reader: avsc.Type, writer: avsc.Type): string | null => {
  try {
    reader.createResolver(writer);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};
