import { fields } from "./check/fields.js";
import { check, optional, refuse, type Rule } from "./check/rule.js";
import { func, having, whole } from "./check/simple.js";
import { throwIfAborted } from "./errors.js";

const iterable: Rule = (value, path) => {
  const given = Object(value ?? {}) as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
  const fits = typeof given[Symbol.iterator] === "function" || typeof given[Symbol.asyncIterator] === "function";
  if (!fits) throw refuse(path, "items to iterate over, such as an array", value, "LTAD_SHAPE");
};

const optionsRule = fields({ atOnce: optional(whole(1)), signal: optional(having("an AbortSignal", "aborted")) });

/**
 * Runs an async function over items, `atOnce` of them in parallel (8 by default), and returns the results in the order of the items.
 * An item is taken from an iterator only when its turn comes.
 * @param options `atOnce` is a whole number of 1 or more
 * @throws the first failure of the function or of the iterator, and LtadError `LTAD_ABORTED` before the next item when `signal` has fired.
 *   After a failure no further item begins, and the error is thrown when all running items have ended, so that the caller can clean up.
 */
export async function eachAtOnce<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T, index: number) => Promise<R>,
  options: { atOnce?: number; signal?: AbortSignal | undefined } = {},
): Promise<R[]> {
  check("eachAtOnce", { items, work, options }, { items: iterable, work: func, options: optionsRule });
  const { atOnce = 8, signal } = options;
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
