import { type Dirent, type FSWatcher, watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { isImageName } from "@ltad/data";

/** What is in a folder and below: paths of images, and of the folders themselves. */
export interface FolderImages {
  readonly images: readonly string[];
  readonly folders: readonly string[];
}

/** Whether a path below the watched folder is passed over: hidden files, which many programs write before they rename them, and masks. */
export function isPassedOver(name: string): boolean {
  return name.startsWith(".") || name === "ground_truth";
}

/**
 * All images in a folder and below, in the order of their paths. Folders that vanish meanwhile are left out, and links to folders are not
 * followed, as they may lead in circles.
 * @param skip a folder that is not looked into
 * @throws the system's error when the folder itself cannot be read
 */
export async function imagesIn(folder: string, skip: string): Promise<FolderImages> {
  const [images, folders]: [string[], string[]] = [[], [folder]];
  const look = async (at: string, entries: readonly Dirent[]): Promise<void> => {
    for (const entry of entries) {
      const path = join(at, entry.name);
      if (isPassedOver(entry.name) || path === skip) continue;
      if (entry.isDirectory()) {
        folders.push(path);
        await look(path, await readdir(path, { withFileTypes: true }).catch(() => []));
      } else if (isImageName(entry.name)) images.push(path);
    }
  };
  await look(folder, await readdir(folder, { withFileTypes: true }));
  return { images: images.sort(), folders };
}

/** Tells which paths in some folders something happened to. */
export interface FolderEvents {
  /** Watches exactly these folders. */
  keep(folders: readonly string[]): void;
  close(): void;
}

/**
 * Events of the operating system, one watch for each folder; a watch for each file would run out of them.
 * @param onError called where the system has no more watches or the file system has no events
 */
export function folderEvents(onPath: (path: string) => void, onError: (error: NodeJS.ErrnoException) => void): FolderEvents {
  const watchers = new Map<string, FSWatcher>();
  const drop = (folder: string) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  const add = (folder: string) => {
    try {
      const watcher = watch(folder, (_, name) => onPath(name === null || name === basename(folder) ? folder : join(folder, name)));
      watchers.set(
        folder,
        watcher.on("error", () => drop(folder)),
      );
    } catch (error) {
      onError(error as NodeJS.ErrnoException);
    }
  };
  return {
    keep(folders) {
      const wanted = new Set(folders);
      for (const folder of watchers.keys()) if (!wanted.has(folder)) drop(folder);
      for (const folder of wanted) if (!watchers.has(folder)) add(folder);
    },
    close() {
      for (const folder of watchers.keys()) drop(folder);
    },
  };
}
