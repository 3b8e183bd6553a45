/** A type of ksqlDB. */
export type SqlType =
  | 'BOOLEAN'
  | 'INTEGER'
  | 'BIGINT'
  | 'DOUBLE'
  | 'STRING'
  | 'BYTES'
  | 'DATE'
  | 'TIME'
  | 'TIMESTAMP'
  | { readonly precision: number; readonly scale: number }
  | { readonly item: SqlType }
  | { readonly fields: readonly Field[] };

/** A named value: a column, or a field of a struct. Names are as ksqlDB keeps them. */
export type Field = { readonly name: string; readonly type: SqlType };

/** A type as ksqlDB writes it; equal texts are equal types. */
export const typeText = (type: SqlType): string => {
  if (typeof type === 'string') return type;
  if ('item' in type) return `ARRAY<${typeText(type.item)}>`;
  if ('precision' in type) return `DECIMAL(${type.precision}, ${type.scale})`;
  return `STRUCT<${type.fields.map(({ name, type: of }) => `\`${name}\` ${typeText(of)}`).join(', ')}>`;
};

/** True for equal types. */
export const sameType = (one: SqlType, other: SqlType): boolean => typeText(one) === typeText(other);

/** True for types one can calculate with. */
export const isNumber = (type: SqlType): boolean =>
  type === 'INTEGER' || type === 'BIGINT' || type === 'DOUBLE' || isDecimal(type);

/** True for exact types with decimals. */
export const isDecimal = (type: SqlType): type is { precision: number; scale: number } =>
  typeof type === 'object' && 'precision' in type;

const asDecimal = (type: SqlType): { readonly precision: number; readonly scale: number } => {
  if (isDecimal(type)) return type;
  return { precision: type === 'INTEGER' ? 10 : 19, scale: 0 };
};

/**
 * The type of a calculation with two numbers: DOUBLE wins over all, DECIMAL over whole numbers, BIGINT over INTEGER.
 * A DECIMAL result is as wide as its operands call for, at most 38 digits.
 */
export const calculated = (operator: string, left: SqlType, right: SqlType): SqlType => {
  if (left === 'DOUBLE' || right === 'DOUBLE') return 'DOUBLE';
  if (!isDecimal(left) && !isDecimal(right)) {
    return left === 'BIGINT' || right === 'BIGINT' ? 'BIGINT' : 'INTEGER';
  }
  const [one, other] = [asDecimal(left), asDecimal(right)];
  const capped = (precision: number, scale: number) => ({
    precision: Math.min(38, precision),
    scale: Math.min(38, scale),
  });
  const whole = (type: { precision: number; scale: number }) => type.precision - type.scale;
  if (operator === '*') return capped(one.precision + other.precision + 1, one.scale + other.scale);
  if (operator === '/') {
    const scale = Math.max(6, one.scale + other.precision + 1);
    return capped(whole(one) + other.scale + scale, scale);
  }
  const scale = Math.max(one.scale, other.scale);
  if (operator === '%') return capped(Math.min(whole(one), whole(other)) + scale, scale);
  return capped(Math.max(whole(one), whole(other)) + scale + 1, scale);
};
