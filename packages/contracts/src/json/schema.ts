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

/** The schema with its closed objects opened: what a reader asks of a writer that may be a version ahead. */
export const tolerant = (schema: JsonSchema): JsonSchema => {
  const { additionalProperties, properties, items, anyOf, ...rest } = schema;
  return {
    ...rest,
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: tolerant(additionalProperties) }
      : {}),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([name, s]) => [name, tolerant(s)])),
        }),
    ...(items === undefined ? {} : { items: tolerant(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(tolerant) }),
  };
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
