type Lists = readonly (readonly number[] | undefined)[];

/**
 * Computes something from the lists of all classes, and repeats it only when a list has been replaced. With 10,000 classes, sorting them takes longer
 * than judging an image.
 */
export function remembered<T>(compute: (lists: Lists) => T): (lists: Lists) => T {
  const known = new WeakMap<object, { readonly lists: Lists; readonly result: T }>();
  return (lists) => {
    const key = lists.find((list) => list !== undefined);
    const before = key && known.get(key);
    if (before && before.lists.length === lists.length && lists.every((list, i) => list === before.lists[i])) return before.result;
    const result = compute(lists);
    if (key) known.set(key, { lists, result });
    return result;
  };
}
