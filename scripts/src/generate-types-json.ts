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

/** The part of JSON Schema the contracts use. */
type JsonNode = {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonNode[];
  readonly items?: JsonNode;
  readonly properties?: Readonly<Record<string, JsonNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonNode;
};

const PRIMITIVES: Readonly<Record<string, TypeExpression>> = {
  string: plain('string'),
  boolean: plain('boolean'),
  number: plain('number'),
  integer: plain('number'),
  null: plain('null'),
};

const FORMATS: Readonly<Record<string, TypeExpression>> = {
  'decimal-18-2': named('Cents'),
  'timestamp-millis': named('EpochMilliseconds'),
};

const expression = (node: JsonNode, types: TypeModel[]): TypeExpression => {
  if (node.anyOf !== undefined) {
    const members = node.anyOf.map((member) => expression(member, types));
    return oneOf([...members.filter((m) => m.text !== 'null'), ...members.filter((m) => m.text === 'null')]);
  }
  if (Array.isArray(node.type)) {
    return oneOf(node.type.map((type: string) => expression({ ...node, type }, types)));
  }
  if (node.type === 'null') return plain('null');
  if (node.format !== undefined) {
    const format = FORMATS[node.format];
    if (format === undefined) throw new Error(`no TypeScript type for the format ${node.format}`);
    return format;
  }
  if (node.enum !== undefined) {
    const name = node.title ?? '';
    addType(types, { kind: 'values', name, doc: node.description ?? '', values: node.enum });
    return named(name);
  }
  if (node.type === 'array') return listOf(expression(node.items!, types));
  if (node.type === 'object') {
    if (node.properties !== undefined) return declare(node, types);
    return mapOf(expression(node.additionalProperties as JsonNode, types));
  }
  const primitive = PRIMITIVES[node.type as string];
  if (primitive === undefined) throw new Error(`no TypeScript type for ${JSON.stringify(node)}`);
  return primitive;
};

const declare = (node: JsonNode, types: TypeModel[]): TypeExpression => {
  const { title: name = '', description: doc = '' } = node;
  if (name in HANDWRITTEN_TYPES) return named(name);
  const fields = Object.entries(node.properties ?? {}).map(([field, property]) => {
    const type = expression(property, types);
    const optional = !(node.required ?? []).includes(field);
    return {
      name: field,
      doc: property.description ?? '',
      type: optional ? oneOf([type, plain('undefined')]) : type,
      ...(optional ? { isOptional: true } : {}),
    };
  });
  addType(types, { kind: 'record', name, doc, fields });
  return named(name);
};

/** Reads a JSON Schema file; throws for keywords the contracts do not use. */
export const modelOfJsonSchema = (file: string, source: string): SchemaModel => {
  const schema = JSON.parse(source) as JsonNode;
  const types: TypeModel[] = [];
  declare(schema, types);
  const own = types.pop();
  if (own === undefined || own.kind !== 'record')
    throw new Error(`${file} must declare an object with properties`);
  return { file, text: JSON.stringify(schema), types: [own, ...types] };
};
