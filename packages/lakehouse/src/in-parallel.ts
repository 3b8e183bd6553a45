/**
 * The results of `run` for every item, in the items' order, at most `limit` of them under way at a time. The first
 * error is thrown after the calls under way have ended; no further ones are begun.
 */
export const inParallel = async <T, R>(
  items: readonly T[],
  limit: number,
  run: (item: T) => Promise<R>,
): Promise<R[]> => {
  const results = new Array<R>(items.length);
  let next = 0;
  let failure: { readonly error: unknown } | null = null;
  const work = async (): Promise<void> => {
    while (next < items.length && failure === null) {
      const index = next++;
      try {
        results[index] = await run(items[index]!);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
  return results;
};
