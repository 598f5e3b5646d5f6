import { check, refuse, type Rule } from "./check/rule.js";
import { func, string } from "./check/simple.js";
import { LtadError } from "./errors.js";

/** Parameters as code uses them: nested records with leaves of type T. Lists are records with the keys "0", "1", ... */
export interface Tree<T> {
  readonly [name: string]: T | Tree<T>;
}

/** The same tree with leaves of another type. */
export type MapTree<P, From, To> = { readonly [K in keyof P]: MapLeaf<P[K], From, To> };
type MapLeaf<V, From, To> = V extends From ? To : MapTree<V, From, To>; // a type of its own, so that it distributes over unions

/**
 * Flattens a tree, in the order of its keys: `{ a: { b: leaf } }` -> `{ "a.b": leaf }`.
 * @param isLeaf tells a leaf from a branch; {@link isNdArray} for arrays
 * @throws LtadError `LTAD_SHAPE` when a key contains a dot, because {@link unflatten} could not restore such a tree, or a value is neither leaf nor branch
 */
export function flatten<T>(tree: Tree<T>, isLeaf: (value: T | Tree<T>) => value is T): Record<string, T> {
  check("flatten", { isLeaf }, { isLeaf: func });
  const flat: [string, T][] = [];
  const visit = (node: Tree<T>, prefix: string) => {
    aBranch(node, `flatten: tree${prefix && `.${prefix.slice(0, -1)}`}`);
    for (const [key, value] of Object.entries(node)) {
      if (key.includes(".")) throw dotted(prefix + key);
      if (isLeaf(value)) flat.push([prefix + key, value]);
      else visit(value, `${prefix}${key}.`);
    }
  };
  visit(tree, "");
  return Object.fromEntries(flat);
}

/**
 * Restores a tree from its flat form: `{ "a.b": leaf }` -> `{ a: { b: leaf } }`. Names from untrusted files are safe: none of them reaches a prototype.
 * @throws LtadError `LTAD_SHAPE` when one path is both a leaf and a branch
 */
export function unflatten<T>(flat: Readonly<Record<string, T>>): Tree<T> {
  check("unflatten", { flat }, { flat: aBranch });
  const root: Branch<T> = new Map();
  for (const [path, leaf] of Object.entries(flat)) {
    const keys = path.split(".");
    const last = keys.pop()!;
    const node = keys.reduce((branch, key) => descend(branch, key, path), root);
    if (node.has(last)) throw clash(path);
    node.set(last, { leaf });
  }
  return toTree(root);
}

const aBranch: Rule = (value, path) => {
  if (typeof value !== "object" || value === null) throw refuse(path, "an object", value, "LTAD_SHAPE");
};

type Branch<T> = Map<string, Branch<T> | { readonly leaf: T }>;

function descend<T>(branch: Branch<T>, key: string, path: string): Branch<T> {
  const next = branch.get(key) ?? new Map<string, never>();
  if (!(next instanceof Map)) throw clash(path);
  branch.set(key, next);
  return next;
}

function toTree<T>(branch: Branch<T>): Tree<T> {
  return Object.fromEntries([...branch].map(([key, node]) => [key, node instanceof Map ? toTree(node) : node.leaf]));
}

function dotted(path: string): LtadError {
  return new LtadError("LTAD_SHAPE", `${path}: expected a name without a dot, because dots separate the levels of a tree. Rename it.`);
}

function clash(path: string): LtadError {
  return new LtadError("LTAD_SHAPE", `${path}: expected one leaf or branch of this name, received both. Rename one of them.`);
}

/** The branches of a list, a record with the keys "0", "1", ..., in the order of their numbers. */
export function listOf<B>(branch: Readonly<Record<string, B>>): B[] {
  check("listOf", { branch }, { branch: aBranch });
  return Object.keys(branch)
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => branch[key] as B);
}

/** The tree below a name in a flat record: `{ "pi.in.weight": w }` with the name "pi" gives `{ in: { weight: w } }`. */
export function branchOf<T>(flat: Readonly<Record<string, T>>, name: string): Tree<T> {
  check("branchOf", { flat, name }, { flat: aBranch, name: string });
  const start = `${name}.`;
  const own = Object.entries(flat).filter(([key]) => key.startsWith(start));
  return unflatten(Object.fromEntries(own.map(([key, value]) => [key.slice(start.length), value])));
}
