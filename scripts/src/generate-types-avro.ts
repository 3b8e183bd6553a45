import {
  addType,
  HANDWRITTEN_TYPES,
  listOf,
  mapOf,
  named,
  oneOf,
  plain,
  type SchemaModel,
  type TypeExpression,
  type TypeModel,
} from './generate-types-model.ts';

/** The part of Avro the contracts use. */
type AvroNode = {
  readonly type: AvroSchema;
  readonly name?: string;
  readonly doc?: string;
  readonly fields?: readonly { readonly name: string; readonly doc?: string; readonly type: AvroSchema }[];
  readonly symbols?: readonly string[];
  readonly items?: AvroSchema;
  readonly values?: AvroSchema | readonly string[];
  readonly logicalType?: string;
  readonly type_name?: string;
};
type AvroSchema = string | AvroNode | readonly AvroSchema[];

const PRIMITIVES: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
  string: 'string',
};

const logicalExpression = (node: AvroNode, types: TypeModel[]): TypeExpression => {
  switch (node.logicalType) {
    case 'decimal':
      return named('Cents');
    case 'timestamp-millis':
      return named('EpochMilliseconds');
    case 'one-of': {
      const name = node.type_name ?? '';
      const values = node.values as readonly string[];
      addType(types, { kind: 'values', name, doc: node.doc ?? '', values });
      return named(name);
    }
    default:
      throw new Error(`no TypeScript type for the logical type ${node.logicalType}`);
  }
};

const expression = (schema: AvroSchema, types: TypeModel[]): TypeExpression => {
  if (typeof schema === 'string') {
    const primitive = PRIMITIVES[schema];
    return primitive === undefined ? named(schema) : plain(primitive);
  }
  if (Array.isArray(schema)) {
    const members = schema.map((member: AvroSchema) => expression(member, types));
    return oneOf([...members.filter((m) => m.text !== 'null'), ...members.filter((m) => m.text === 'null')]);
  }
  const node = schema as AvroNode;
  if (node.logicalType !== undefined) return logicalExpression(node, types);
  switch (node.type) {
    case 'array':
      return listOf(expression(node.items!, types));
    case 'map':
      return mapOf(expression(node.values as AvroSchema, types));
    case 'record':
    case 'enum':
      return declare(node, types);
    default:
      return expression(node.type, types);
  }
};

const declare = (node: AvroNode, types: TypeModel[]): TypeExpression => {
  const { name = '', doc = '' } = node;
  if (name in HANDWRITTEN_TYPES) return named(name);
  if (node.symbols !== undefined) addType(types, { kind: 'values', name, doc, values: node.symbols });
  else {
    const fields = (node.fields ?? []).map((field) => ({
      name: field.name,
      doc: field.doc ?? '',
      type: expression(field.type, types),
    }));
    addType(types, { kind: 'record', name, doc, fields });
  }
  return named(name);
};

/** Reads an Avro schema file; throws for parts of Avro the contracts do not use. */
export const modelOfAvro = (file: string, source: string): SchemaModel => {
  const schema = JSON.parse(source) as AvroNode;
  const types: TypeModel[] = [];
  declare(schema, types);
  const own = types.pop();
  if (own === undefined || own.kind !== 'record') throw new Error(`${file} must declare a record`);
  return { file, text: JSON.stringify(schema), types: [own, ...types] };
};
