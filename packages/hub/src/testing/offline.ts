import { homedir } from "node:os";
import { isLtadError } from "@ltad/core";
import { type CachePlace, defaultCacheDir } from "../cache-dir.js";

/** The cache that programs use, so that tests find what is already fetched. */
export function testCacheDir(env: CachePlace["env"]): string {
  return defaultCacheDir({ env, platform: process.platform, home: homedir() });
}

/**
 * What a load gives, or undefined when this machine is offline: for `describe.skipIf(!encoder)`.
 * Any other error is a failure, also a package with other bytes than the published.
 */
export async function orOffline<T>(load: Promise<T>): Promise<T | undefined> {
  try {
    return await load;
  } catch (error) {
    const couldNotFetch = isLtadError(error) && error.code === "LTAD_FETCH" && "command" in error.details;
    if (couldNotFetch) return undefined;
    throw error;
  }
}
