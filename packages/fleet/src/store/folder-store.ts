import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LtadError, writeFileAtomic } from "@ltad/core";
import type { Store, StoreEntry } from "./store.js";

/** A store in a folder that all machines see, such as a network share. An object is written beside its place and renamed. */
export function folderStore(folder: string): Store {
  const root = resolve(folder);
  return {
    location: folder,
    async read(key) {
      try {
        return await readFile(join(root, key));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw unreachable(join(root, key), error);
      }
    },
    write: (key, content) => writeFileAtomic(join(root, key), content),
    async list(below) {
      const entries = await entriesBelow(root, below);
      return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
    },
  };
}

/** Files that begin with a dot are still being written. */
async function entriesBelow(root: string, folder: string): Promise<StoreEntry[]> {
  const found: StoreEntry[] = [];
  for (const entry of await entriesOf(join(root, folder))) {
    const key = `${folder}/${entry.name}`;
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) found.push(...(await entriesBelow(root, key)));
    else found.push({ key, modified: (await stat(join(root, key))).mtimeMs });
  }
  return found;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw unreachable(folder, error);
  }
}

function isAbsent(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function unreachable(path: string, error: unknown): LtadError {
  const message = `${path}: the store cannot be read (${(error as Error).message}). Check that the folder is mounted and may be read.`;
  return new LtadError("LTAD_FETCH", message, { cause: error, details: { file: path } });
}
