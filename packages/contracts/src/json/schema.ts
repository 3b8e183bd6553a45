/** The part of JSON Schema the contracts use. */
export type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly [keyword: string]: unknown;
};

/** The schema with `change` made to the schemas directly inside it. */
const mapped = (schema: JsonSchema, change: (inner: JsonSchema) => JsonSchema): JsonSchema => {
  const { additionalProperties, properties, items, anyOf } = schema;
  return {
    ...schema,
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: change(additionalProperties) }
      : {}),
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(properties).map(([name, s]) => [name, change(s)])) }),
    ...(items === undefined ? {} : { items: change(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(change) }),
  };
};

/** The schema with its closed objects opened: what a reader asks of a writer that may be a version ahead. */
export const tolerant = (schema: JsonSchema): JsonSchema => {
  const { additionalProperties, ...rest } = mapped(schema, tolerant);
  return typeof additionalProperties === 'object' ? { ...rest, additionalProperties } : rest;
};

const isWhole = ({ type }: JsonSchema): boolean => type === 'integer' || (type?.includes('integer') ?? false);

/** The largest whole number that comes through JSON, and through a long as avsc reads it, as it was (see `time.ts`). */
const LARGEST_WHOLE = 2 ** 52 - 1;

/**
 * The schema with whole numbers held to `LARGEST_WHOLE`: to JSON Schema `1e300` is an integer too, but no column and
 * no state can hold it.
 */
export const exact = (schema: JsonSchema): JsonSchema => {
  const inner = mapped(schema, exact);
  if (!isWhole(schema)) return inner;
  const { minimum = -LARGEST_WHOLE, maximum = LARGEST_WHOLE } = schema;
  return { ...inner, minimum, maximum };
};

const isDecimal = (schema: JsonSchema): boolean => schema.format === 'decimal-18-2';

const containsDecimal = (schema: JsonSchema): boolean =>
  isDecimal(schema) ||
  Object.values(schema.properties ?? {}).some(containsDecimal) ||
  (schema.items !== undefined && containsDecimal(schema.items)) ||
  (schema.anyOf ?? []).some(containsDecimal) ||
  (typeof schema.additionalProperties === 'object' && containsDecimal(schema.additionalProperties));

/**
 * A function that gives a shallow copy of an object with its decimal fields converted; nulls stay. Throws for a
 * schema with decimals below the top level, which no contract has.
 */
export const decimalConverter = (
  schema: JsonSchema,
  convert: (amount: unknown, name: string) => number,
): ((value: unknown) => unknown) => {
  const properties = Object.entries(schema.properties ?? {});
  const names = properties.filter(([, property]) => isDecimal(property)).map(([name]) => name);
  if (properties.some(([, property]) => !isDecimal(property) && containsDecimal(property))) {
    throw new TypeError('decimals are converted at the top level of a JSON contract only');
  }
  return (value) => {
    const copy = { ...(value as Record<string, unknown>) };
    for (const name of names) if (copy[name] != null) copy[name] = convert(copy[name], name);
    return copy;
  };
};
