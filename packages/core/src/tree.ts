/** Parameters as they are written in code: records of records, with leaves of type T. Lists are records with the keys "0", "1", ... */
export interface Tree<T> {
  readonly [name: string]: T | Tree<T>;
}

/** The same tree with leaves of another type. */
export type MapTree<P, From, To> = { readonly [K in keyof P]: P[K] extends From ? To : MapTree<P[K], From, To> };

/** `{ a: { b: leaf } }` -> `{ "a.b": leaf }`, in the order of the keys. */
export function flatten<T>(tree: Tree<T>, isLeaf: (value: T | Tree<T>) => value is T): Record<string, T> {
  const flat: Record<string, T> = {};
  const visit = (node: Tree<T>, prefix: string) => {
    for (const [key, value] of Object.entries(node)) {
      if (isLeaf(value)) flat[prefix + key] = value;
      else visit(value, `${prefix}${key}.`);
    }
  };
  visit(tree, "");
  return flat;
}

/** `{ "a.b": leaf }` -> `{ a: { b: leaf } }`. */
export function unflatten<T>(flat: Readonly<Record<string, T>>): Tree<T> {
  const root: Record<string, unknown> = {};
  for (const [path, leaf] of Object.entries(flat)) {
    const keys = path.split(".");
    const last = keys.pop() as string;
    let node = root;
    for (const key of keys) node = (node[key] ??= {}) as Record<string, unknown>;
    node[last] = leaf;
  }
  return root as Tree<T>;
}

/** The branches of a list in a tree, in the order of their numbers. */
export function listOf<B>(branch: Readonly<Record<string, B>>): B[] {
  return Object.keys(branch)
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => branch[key] as B);
}
