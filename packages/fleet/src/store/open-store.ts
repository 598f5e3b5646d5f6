import { LtadError } from "@ltad/core";
import { parseS3, type S3Options } from "../s3/s3-options.js";
import { folderStore } from "./folder-store.js";
import type { Store } from "./store.js";

/** How a store is reached. */
export interface StoreOptions {
  /** For s3:// addresses. */
  readonly s3?: S3Options | undefined;
}

/**
 * Opens a store by its address: the path of a folder, or s3://BUCKET/PREFIX.
 * @throws LtadError `LTAD_CONFIG` for an address of another kind
 */
export async function openStore(location: string, { s3 = {} }: StoreOptions = {}): Promise<Store> {
  if (location !== "" && !/^[a-z][a-z0-9+.-]+:\//i.test(location)) return folderStore(location);
  if (parseS3(location)) return (await import("./s3-store.js")).s3Store(location, s3);
  const received = location === "" ? "nothing" : "another kind of address";
  const message = `--store ${location || '""'}: expected the path of a folder or s3://BUCKET/PREFIX, received ${received}.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { field: "store", received: location } });
}
