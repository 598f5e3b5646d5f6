import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository on disk. */
export const root = resolve(fileURLToPath(new URL("../..", import.meta.url)));

/** The repository on the web, without a slash at its end: the `homepage` of the root's package.json. */
export const repositoryUrl = homepage().replace(/#.*$/, "").replace(/\/$/, "");

function homepage(): string {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { homepage?: string };
  return manifest.homepage ?? "https://github.com/ltad-for-node/ltad";
}

/** A published package: its folder below packages/, its name, and the source file of each of its entries. */
export interface Package {
  readonly folder: string;
  readonly name: string;
  /** Name as one imports it, and source from the root of the repository. */
  readonly entries: readonly { readonly name: string; readonly source: string }[];
}

/** Every package, in the order of its folder's name. */
export function readPackages(): Package[] {
  const folders = readdirSync(join(root, "packages")).filter((folder) => existsSync(join(root, "packages", folder, "package.json")));
  return folders.toSorted().map(readPackage);
}

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, { readonly "@ltad/source"?: string }>>;
}

function readPackage(folder: string): Package {
  const { name, exports = {} } = JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")) as Manifest;
  const entries = Object.entries(exports).flatMap(([entry, { "@ltad/source": source }]) =>
    source ? [{ name: join(name, entry), source: join("packages", folder, source) }] : [],
  );
  return { folder, name, entries };
}
