import { LtadError } from "@ltad/core";
import { filesBelow } from "./disk-folder.js";
import type { FolderOptions } from "./folder-options.js";
import { type HubModel, type HubSnapshot, openSnapshot } from "./hub-snapshot.js";
import type { FolderPlace } from "./model-folder.js";

/**
 * A model of the hub, whose files are fetched when they are read. When the hub cannot be reached, the files in the cache are the model.
 * @throws LtadError `LTAD_FETCH`, `LTAD_WRITE`
 */
export async function hubFolder(model: HubModel & { readonly name: string }, options: FolderOptions): Promise<FolderPlace> {
  const { snapshot, isCurrent } = await reachableSnapshot(model, options);
  const fetched = new Map<string, Promise<void>>();
  const fetch = (file: string) => {
    const running = fetched.get(file) ?? snapshot.fetch(file);
    fetched.set(file, running);
    return running;
  };
  return {
    source: `${model.repository}@${model.revision}`,
    name: model.name,
    place: snapshot.folder,
    files: isCurrent ? snapshot.files : await filesBelow(snapshot.folder),
    fetch: isCurrent ? fetch : undefined,
  };
}

/** What the hub says of a revision, else what the cache has of it. */
async function reachableSnapshot(model: HubModel, options: FolderOptions): Promise<{ snapshot: HubSnapshot; isCurrent: boolean }> {
  try {
    return { snapshot: await openSnapshot(model, options), isCurrent: !options.offline };
  } catch (error) {
    if (!(error instanceof LtadError) || error.details["unreachable"] !== true) throw error;
    const snapshot = await openSnapshot(model, { ...options, offline: true }).catch(() => {
      throw error;
    });
    return { snapshot, isCurrent: false };
  }
}
