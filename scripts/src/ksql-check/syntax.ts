import type { SqlType } from './types.ts';

/** An expression; `line` is where it begins. */
export type Expression = { readonly line: number } & (
  | { readonly kind: 'literal'; readonly type: SqlType | null; readonly text: string }
  | { readonly kind: 'column'; readonly source: string | null; readonly name: string }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly values: readonly Expression[];
      readonly star: boolean;
    }
  | { readonly kind: 'cast'; readonly value: Expression; readonly type: SqlType }
  | { readonly kind: 'case'; readonly branches: readonly Branch[]; readonly otherwise: Expression | null }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | {
      readonly kind: 'struct';
      readonly fields: readonly { readonly name: string; readonly value: Expression }[];
    }
  | { readonly kind: 'field'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'element'; readonly of: Expression; readonly index: Expression }
  | { readonly kind: 'not'; readonly value: Expression }
  | { readonly kind: 'negative'; readonly value: Expression }
  | { readonly kind: 'null test'; readonly value: Expression; readonly negated: boolean }
  | {
      readonly kind: 'in';
      readonly value: Expression;
      readonly items: readonly Expression[];
      readonly negated: boolean;
    }
  | ({ readonly kind: 'joined' } & Operands)
  | ({ readonly kind: 'compared' } & Operands)
  | ({ readonly kind: 'calculated' } & Operands)
);

/** An operator and what stands on its sides. */
type Operands = { readonly operator: string; readonly left: Expression; readonly right: Expression };

/** One WHEN of a CASE. */
export type Branch = { readonly when: Expression; readonly result: Expression };

/** A column of a declared stream or table. */
export type Element = {
  readonly name: string;
  readonly type: SqlType;
  readonly key: 'KEY' | 'PRIMARY KEY' | null;
};

/** A stream or table that a query reads, under the name it goes by. */
export type SourceReference = { readonly source: string; readonly alias: string; readonly line: number };

export type Join = {
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly source: SourceReference;
  readonly within: boolean;
  readonly on: Expression;
};

/** What a query selects, and the name it was given (null: that of the column). */
export type SelectItem = { readonly value: Expression; readonly as: string | null };

/** Windows of event time; `size` and `grace` in milliseconds, the grace ksqlDB's default where none is given. */
export type Window = {
  readonly kind: 'TUMBLING' | 'HOPPING' | 'SESSION';
  readonly size: number;
  readonly grace: number;
};

export type Query = {
  readonly line: number;
  readonly select: readonly SelectItem[];
  readonly from: SourceReference;
  readonly joins: readonly Join[];
  readonly window: Window | null;
  readonly where: Expression | null;
  readonly groupBy: readonly Expression[];
  readonly partitionBy: readonly Expression[];
  readonly having: Expression | null;
  readonly emit: 'CHANGES' | 'FINAL' | null;
};

/** A statement of the kinds this project writes; others are refused by the parser. */
export type Statement = { readonly line: number } & (
  | { readonly kind: 'set'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'create';
      readonly what: 'STREAM' | 'TABLE';
      readonly name: string;
      readonly replace: boolean;
      readonly ifNotExists: boolean;
      readonly elements: readonly Element[];
      readonly properties: ReadonlyMap<string, string>;
      readonly query: Query | null;
    }
  | {
      readonly kind: 'insert';
      readonly into: string;
      readonly properties: ReadonlyMap<string, string>;
      readonly query: Query;
    }
);
