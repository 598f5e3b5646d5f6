import nodePath, { type PlatformPath } from "node:path";
import { portableName } from "./portable-name.js";

/**
 * A name for the outputs of each image, different for all, also where the file system knows no case: `004` for `a/004.png`;
 * where two images share it, their folders are put in front, then the extension, then a number is appended.
 * Every name is one that Windows takes too.
 * @param path the rules of file names; those of this machine by default
 */
export function outputNames(files: readonly string[], path: PlatformPath = nodePath): ReadonlyMap<string, string> {
  const root = commonFolder(
    files.map((file) => path.resolve(file)),
    path.sep,
  );
  const withoutExtension = (name: string) => name.slice(0, name.length - path.extname(name).length);
  const long = (file: string) =>
    path
      .relative(root, path.resolve(file))
      .split(path.sep)
      .filter((part) => part !== "")
      .join("--");
  const forms = [(file: string) => withoutExtension(path.basename(file)), (file: string) => withoutExtension(long(file)), long];
  const candidates = forms.map((form) => (file: string) => portableName(form(file)));
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
  for (const file of open) names.set(file, numbered(portableName(long(file)), taken));
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

/** The longest folder that contains all paths. */
function commonFolder(paths: readonly string[], sep: string): string {
  const folders = paths.map((path) => path.split(sep).slice(0, -1));
  const [first = [], ...rest] = folders;
  const shared = first.findIndex((part, i) => rest.some((other) => other[i] !== part));
  return `${(shared < 0 ? first : first.slice(0, shared)).join(sep)}${sep}`; // "C:" alone would be the drive's current folder
}
