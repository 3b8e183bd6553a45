/** A TypeScript type expression together with the names it needs imported. */
export type TypeExpression = { readonly text: string; readonly uses: readonly string[] };

/** One field of a record, as TypeScript sees it. */
export type FieldModel = {
  readonly name: string;
  readonly doc: string;
  readonly type: TypeExpression;
  /** Whether a record may lack it. */
  readonly isOptional?: boolean;
};

/** A type with a name of its own; each gets its own generated file. */
export type TypeModel =
  | {
      readonly kind: 'record';
      readonly name: string;
      readonly doc: string;
      readonly fields: readonly FieldModel[];
    }
  | {
      readonly kind: 'values';
      readonly name: string;
      readonly doc: string;
      readonly values: readonly string[];
    };

/** What one schema file declares: the contract's own record first, then the types nested in it. */
export type SchemaModel = {
  /** Name of the schema file within `schemas/`. */
  readonly file: string;
  /** The schema as it is registered: the file's JSON without white space. */
  readonly text: string;
  readonly types: readonly [TypeModel, ...TypeModel[]];
};

/** Types that are written by hand, and the module (seen from `generated/`) each is imported from. */
export const HANDWRITTEN_TYPES: Readonly<Record<string, string>> = {
  Cents: '@marketing-streams/domain/money',
  EpochMilliseconds: '../time.ts',
  SourceOffset: '../record.ts',
};

/** The expression of a type that needs no import. */
export const plain = (text: string): TypeExpression => ({ text, uses: [] });

/** The expression of a type known by name. */
export const named = (name: string): TypeExpression => ({ text: name, uses: [name] });

/** A list of the inner type. */
export const listOf = (inner: TypeExpression): TypeExpression => ({
  text: `readonly ${/[ |]/.test(inner.text) ? `(${inner.text})` : inner.text}[]`,
  uses: inner.uses,
});

/** A map from text to the inner type. */
export const mapOf = (inner: TypeExpression): TypeExpression => ({
  text: `Readonly<Record<string, ${inner.text}>>`,
  uses: inner.uses,
});

/** One of several types. */
export const oneOf = (members: readonly TypeExpression[]): TypeExpression => ({
  text: members.map((member) => member.text).join(' | '),
  uses: members.flatMap((member) => member.uses),
});

/** Adds a type unless one of that name is there; two that differ under one name cannot share a file. */
export const addType = (types: TypeModel[], type: TypeModel): void => {
  const other = types.find((candidate) => candidate.name === type.name);
  if (other === undefined) types.push(type);
  else if (JSON.stringify(other) !== JSON.stringify(type)) {
    throw new Error(
      `two different types are named ${type.name}: rename one or make them equal, docs included`,
    );
  }
};
