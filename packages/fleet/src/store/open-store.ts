import { LtadError } from "@ltad/core";
import { folderStore } from "./folder-store.js";
import type { Store } from "./store.js";

/**
 * Opens a store by its address: the path of a folder.
 * @throws LtadError `LTAD_CONFIG` for an address of another kind
 */
export async function openStore(location: string): Promise<Store> {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(location)) return folderStore(location);
  const message = `--store ${location}: expected the path of a folder, received another kind of address. Mount it as a folder.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { field: "store", received: location } });
}
