const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

/**
 * Compares strings in UTF-8 byte order, which is the order of code points and the one readers prune files by.
 * JavaScript's `<` compares UTF-16 units and puts surrogate pairs before U+E000…U+FFFF. Both strings are well
 * formed. Negative when `left` comes first.
 */
export const compareUtf8 = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) {
      if (isSurrogate(a) !== isSurrogate(b)) return isSurrogate(a) ? 1 : -1;
      return a - b;
    }
  }
  return left.length - right.length;
};

/** Cuts a string to at most `length` code points. */
export const truncateCodePoints = (text: string, length: number): string => {
  if (text.length <= length) return text;
  let end = 0;
  for (let count = 0; count < length && end < text.length; count++) {
    end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
};

/**
 * The shortest-effort string of at most `length` code points that is not smaller than `text` in UTF-8 order: the
 * text itself when it fits, else its prefix with the last code point that can be raised raised by one. Null when
 * every code point of the prefix is the greatest there is.
 */
export const roundUpCodePoints = (text: string, length: number): string | null => {
  const prefix = truncateCodePoints(text, length);
  if (prefix.length === text.length) return text;
  const points = Array.from(prefix);
  while (points.length > 0) {
    const last = points.pop()!.codePointAt(0)!;
    if (last < 0x10ffff) {
      const next = last + 1;
      return points.join('') + String.fromCodePoint(isSurrogate(next) ? 0xe000 : next);
    }
  }
  return null;
};
