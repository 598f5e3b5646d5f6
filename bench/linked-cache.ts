import { existsSync } from "node:fs";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { defaultCacheDir } from "@ltad/hub";

/** Makes a folder a cache that shares everything with the user's, such as the weights of the encoders, except for the parts that are named. */
export async function linkCache(folder: string, except: readonly ("features" | "statistics" | "checked")[]): Promise<string> {
  const own = defaultCacheDir({ env: process.env, platform: process.platform, home: homedir() });
  await mkdir(folder, { recursive: true });
  const names = await readdir(own).catch(() => []);
  for (const name of names.filter((entry) => !(except as readonly string[]).includes(entry))) {
    if (!existsSync(join(folder, name))) await symlink(join(own, name), join(folder, name));
  }
  return folder;
}
