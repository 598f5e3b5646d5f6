import { constants } from "node:fs";
import { access, readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Finding, messageOf, ok, wrong } from "./finding.js";

/** Below this much free space a training may fail: weights of the encoders and features of some thousand images. */
const enough = 2 ** 30;

/** The cache folder with its size, and the space that is left where it lies. */
export async function examineDisk(cacheDir: string): Promise<Finding[]> {
  const place = await existing(cacheDir);
  return [await cache(cacheDir, place), await space(place)];
}

async function cache(folder: string, place: string): Promise<Finding> {
  try {
    await access(place, constants.W_OK);
    return ok("cache", place === folder ? `${folder}, ${megabytes(await sizeOf(folder))}` : `${folder}, not created yet`);
  } catch (error) {
    const remedy = "Choose another folder with --cache-dir or the environment variable LTAD_CACHE_DIR.";
    return wrong("cache", `${folder} is not writable (${messageOf(error)})`, remedy);
  }
}

async function space(place: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(place);
  const value = `${megabytes(bavail * bsize)} free`;
  if (bavail * bsize >= enough) return ok("disk", value);
  return wrong("disk", value, `Free at least ${megabytes(enough)}, or choose another cache folder with LTAD_CACHE_DIR.`);
}

/** The folder, or the nearest one above it that exists. */
async function existing(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => null);
  return found?.isDirectory() || dirname(folder) === folder ? folder : existing(dirname(folder));
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.filter((entry) => entry.isFile()).map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size);
  return (await Promise.allSettled(sizes)).reduce((sum, size) => sum + (size.status === "fulfilled" ? size.value : 0), 0);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
