import { numberFromCents } from '@marketing-streams/domain/money';

/** The parts of an Avro schema that matter here. */
type Schema =
  | string
  | readonly Schema[]
  | {
      readonly type: Schema;
      readonly logicalType?: string;
      readonly fields?: readonly { readonly name: string; readonly type: Schema }[];
      readonly items?: Schema;
      readonly values?: Schema;
    };

/** Turns a decoded value into what its JSON shows; `undefined` stands for "as it is". */
type Conversion = ((value: never) => unknown) | undefined;

const converted = (conversion: Conversion, value: unknown): unknown =>
  conversion === undefined || value === null ? value : conversion(value as never);

const recordConversion = (
  fields: readonly { readonly name: string; readonly type: Schema }[],
): Conversion => {
  const changed = fields
    .map(({ name, type }) => ({ name, conversion: conversionOf(type) }))
    .filter(({ conversion }) => conversion !== undefined);
  if (changed.length === 0) return undefined;
  return (record: Readonly<Record<string, unknown>>) => {
    const copy: Record<string, unknown> = { ...record };
    for (const { name, conversion } of changed) copy[name] = converted(conversion, record[name]);
    return copy;
  };
};

const conversionOf = (schema: Schema): Conversion => {
  if (typeof schema === 'string') return undefined;
  if ('logicalType' in schema && schema.logicalType === 'decimal') return numberFromCents;
  if ('logicalType' in schema && schema.logicalType === 'timestamp-millis') {
    return (milliseconds: number) => new Date(milliseconds).toISOString();
  }
  if (Array.isArray(schema)) return schema.map(conversionOf).find((conversion) => conversion !== undefined);
  const { type, fields, items, values } = schema as Exclude<Schema, string | readonly Schema[]>;
  if (fields !== undefined) return recordConversion(fields);
  if (items !== undefined) {
    const conversion = conversionOf(items);
    return conversion && ((list: readonly unknown[]) => list.map((item) => converted(conversion, item)));
  }
  if (values !== undefined) {
    const conversion = conversionOf(values);
    return (
      conversion &&
      ((map: Readonly<Record<string, unknown>>) =>
        Object.fromEntries(Object.entries(map).map(([key, value]) => [key, converted(conversion, value)])))
    );
  }
  return typeof type === 'object' ? conversionOf(type) : undefined;
};

/**
 * A function that writes values of an Avro schema as JSON for people and SQL: money as a number in currency
 * units, times as ISO 8601 in UTC. Nullable unions and the records of one schema are told by their shape.
 */
export const readableJson = (avroSchema: string): ((value: object) => string) => {
  const conversion = conversionOf(JSON.parse(avroSchema) as Schema);
  return (value) => JSON.stringify(converted(conversion, value));
};

type JsonContract = { readonly properties?: Readonly<Record<string, { readonly format?: string }>> };

/** The same for values of a JSON contract, whose money and times are fields of the value itself. */
export const readableJsonContract = (jsonSchema: string): ((value: object) => string) => {
  const { properties = {} } = JSON.parse(jsonSchema) as JsonContract;
  const fields = Object.entries(properties).map(([name, { format }]) => ({
    name,
    type: {
      type: 'long',
      ...(format === 'decimal-18-2' ? { logicalType: 'decimal' } : {}),
      ...(format === 'timestamp-millis' ? { logicalType: format } : {}),
    },
  }));
  const conversion = recordConversion(fields);
  return (value) => JSON.stringify(converted(conversion, value));
};
