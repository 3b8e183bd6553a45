import { MAX_CENTS } from '@marketing-streams/domain/money';
import fc from 'fast-check';
import { MAX_EPOCH_MILLISECONDS } from '../time.ts';

type Node = {
  readonly type: Schema;
  readonly logicalType?: string;
  readonly fields?: readonly { readonly name: string; readonly type: Schema }[];
  readonly symbols?: readonly string[];
  readonly items?: Schema;
  readonly values?: Schema | readonly string[];
};
type Schema = string | Node | readonly Schema[];

const INT = 2 ** 31;

const primitive = (name: string): fc.Arbitrary<unknown> => {
  switch (name) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'int':
      return fc.integer({ min: -INT, max: INT - 1 });
    case 'long':
      // The longs avsc reads rightly, see MAX_EPOCH_MILLISECONDS.
      return fc.integer({ min: 1 - 2 ** 52, max: 2 ** 52 - 1 });
    case 'double':
      return fc.double({ noNaN: true });
    case 'bytes':
      return fc.uint8Array().map((bytes) => Buffer.from(bytes));
    case 'string':
      return fc.string({ unit: 'grapheme' });
    default:
      throw new Error(`no values for ${name}`);
  }
};

const logical = (node: Node): fc.Arbitrary<unknown> | undefined => {
  switch (node.logicalType) {
    case 'decimal':
      return fc.integer({ min: -MAX_CENTS, max: MAX_CENTS });
    case 'timestamp-millis':
      return fc.integer({ min: -MAX_EPOCH_MILLISECONDS, max: MAX_EPOCH_MILLISECONDS });
    case 'one-of':
      return fc.constantFrom(...(node.values as readonly string[]));
    default:
      return undefined;
  }
};

/** Any value a schema of the contracts allows, as the codec takes and gives it. */
export const arbitraryOf = (schema: Schema): fc.Arbitrary<unknown> => {
  if (typeof schema === 'string') return primitive(schema);
  if (Array.isArray(schema)) return fc.oneof(...schema.map((member: Schema) => arbitraryOf(member)));
  const node = schema as Node;
  const values = logical(node);
  if (values !== undefined) return values;
  switch (node.type) {
    case 'record':
      return fc.record(
        Object.fromEntries((node.fields ?? []).map(({ name, type }) => [name, arbitraryOf(type)])),
        { noNullPrototype: true },
      );
    case 'enum':
      return fc.constantFrom(...(node.symbols ?? []));
    case 'array':
      return fc.array(arbitraryOf(node.items!), { maxLength: 5 });
    case 'map': {
      const key = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__proto__');
      return fc.dictionary(key, arbitraryOf(node.values as Schema), { maxKeys: 5, noNullPrototype: true });
    }
    default:
      return arbitraryOf(node.type);
  }
};
