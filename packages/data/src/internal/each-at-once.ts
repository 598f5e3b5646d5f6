import { throwIfAborted } from "@ltad/core";

/**
 * Runs an async function over items, a few at a time, and returns the results in the order of the items.
 * @throws what the function throws first, and LtadError `LTAD_ABORTED` between two items; only when everything that ran has ended,
 *   so that the caller can clean up
 */
export async function eachAtOnce<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
  { atOnce = 8, signal }: { atOnce?: number; signal?: AbortSignal | undefined } = {},
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        throwIfAborted(signal);
        results[index] = await work(items[index] as T, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
