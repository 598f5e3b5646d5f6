import { throwIfAborted } from "./errors.js";

/**
 * Runs an async function over items, `atOnce` of them in parallel (8 by default), and returns the results in the order of the items.
 * An item is taken from an iterator only when its turn comes.
 * @throws the first failure of the function or of the iterator, and LtadError `LTAD_ABORTED` before the next item when `signal` has fired.
 *   After a failure no further item begins, and the error is thrown when all running items have ended, so that the caller can clean up.
 */
export async function eachAtOnce<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T, index: number) => Promise<R>,
  { atOnce = 8, signal }: { atOnce?: number; signal?: AbortSignal | undefined } = {},
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  const queue = numbered(items);
  const lane = async () => {
    for await (const { item, index } of queue) {
      throwIfAborted(signal);
      results[index] = await work(item, index); // the first failure closes the queue for all lanes
    }
  };
  await Promise.all(Array.from({ length: atOnce }, () => lane().catch((error: unknown) => failures.push(error))));
  if (failures.length > 0) throw failures[0];
  return results;
}

async function* numbered<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<{ item: T; index: number }, void> {
  let index = 0;
  for await (const item of items) yield { item, index: index++ };
}
