import { basename, extname, relative, resolve, sep } from "node:path";

/**
 * A name for the outputs of each image, different for all, also where the file system knows no case: `004` for `a/004.png`;
 * where two images share it, their folders are put in front, then the extension, then a number is appended.
 */
export function outputNames(files: readonly string[]): ReadonlyMap<string, string> {
  const root = commonFolder(files.map((file) => resolve(file)));
  const long = (file: string) =>
    relative(root, resolve(file))
      .split(sep)
      .filter((part) => part !== "")
      .join("--");
  const candidates = [(file: string) => withoutExtension(basename(file)), (file: string) => withoutExtension(long(file)), long];
  const taken = new Set<string>();
  const names = new Map<string, string>();
  let open = [...files];
  for (const candidate of candidates) {
    const groups = groupBy(open, (file) => key(candidate(file)));
    open = [];
    for (const [name, group] of groups) {
      const [only] = group;
      if (group.length === 1 && only !== undefined && !taken.has(name)) {
        taken.add(name);
        names.set(only, candidate(only));
      } else open.push(...group);
    }
  }
  for (const file of open) names.set(file, numbered(long(file), taken));
  return names;
}

function groupBy(files: readonly string[], keyOf: (file: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const file of files) groups.set(keyOf(file), [...(groups.get(keyOf(file)) ?? []), file]);
  return groups;
}

function numbered(name: string, taken: Set<string>): string {
  for (let n = 2; ; n++) {
    const tried = `${name}-${n}`;
    if (taken.has(key(tried))) continue;
    taken.add(key(tried));
    return tried;
  }
}

function key(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

function withoutExtension(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}

/** The longest folder that contains all paths. */
function commonFolder(paths: readonly string[]): string {
  const folders = paths.map((path) => path.split(sep).slice(0, -1));
  const [first = [], ...rest] = folders;
  const shared = first.findIndex((part, i) => rest.some((other) => other[i] !== part));
  return (shared < 0 ? first : first.slice(0, shared)).join(sep) || sep;
}
