import { throwIfAborted } from "@ltad/core";

/**
 * Runs an async function over items, a few at once, and returns the results in the order of the items.
 * @throws what the function throws first, and LtadError `LTAD_ABORTED` between two items
 */
export async function eachAtOnce<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
  { atOnce = 8, signal }: { atOnce?: number; signal?: AbortSignal | undefined } = {},
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        throwIfAborted(signal);
        results[index] = await work(items[index] as T, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
