import { homedir } from "node:os";
import { resolve } from "node:path";
import type { Io } from "../io.js";

/** Where weights and features are kept: the option, else LTAD_CACHE_DIR, else the user's cache folder. */
export async function cacheFolder(option: string | undefined, env: Io["env"]): Promise<string> {
  if (option !== undefined) return resolve(option);
  const { defaultCacheDir } = await import("@ltad/hub");
  return resolve(defaultCacheDir({ env, platform: process.platform, home: homedir() }));
}
