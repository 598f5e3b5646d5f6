import { homedir } from "node:os";
import { posix, win32 } from "node:path";
import type { FolderOptions } from "./folder-options.js";

/** What decides where the cache is. Packages do not read the environment, so the program passes it on. */
export interface CachePlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `process.platform` */
  readonly platform: string;
  /** `os.homedir()` */
  readonly home: string;
}

/**
 * The folder for what is fetched once: `LTAD_CACHE_DIR`, else the platform's user cache (XDG on Linux, ~/Library/Caches on
 * macOS, LOCALAPPDATA on Windows) and `ltad` in it. An empty variable counts as unset, and XDG_CACHE_HOME must be absolute.
 */
export function defaultCacheDir({ env, platform, home }: CachePlace): string {
  if (env["LTAD_CACHE_DIR"]) return env["LTAD_CACHE_DIR"];
  if (platform === "win32") return win32.join(env["LOCALAPPDATA"] || win32.join(home, "AppData", "Local"), "ltad", "cache");
  if (platform === "darwin") return posix.join(home, "Library", "Caches", "ltad");
  const xdg = env["XDG_CACHE_HOME"];
  return posix.join(xdg && posix.isAbsolute(xdg) ? xdg : posix.join(home, ".cache"), "ltad");
}

/** The cache folder for downloads. */
export function cacheFolder({ cacheDir }: Pick<FolderOptions, "cacheDir">): string {
  return cacheDir ?? defaultCacheDir({ env: {}, platform: process.platform, home: homedir() });
}
