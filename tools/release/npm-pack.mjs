import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { npmScript } from "../house/pnpm.mjs";
import { cleanEnvironment, root, run } from "../house/run.mjs";

/** Runs npm, with its words captured. @returns exit code, stdout, and both streams together */
export function npm(args, cwd = root) {
  return run(process.execPath, [npmScript(), ...args], { cwd, env: cleanEnvironment(), output: "capture" });
}

/**
 * Packs folders, each with a package.json, with plain `npm pack`, as a publication does.
 * @param {readonly string[]} folders from the root of the repository, as "packages/core", or absolute
 * @param {string} destination an empty folder
 * @returns {Promise<Map<string, { tarball: string, files: string[], bytes: number }>>} by the name of the package
 */
export async function npmPack(folders, destination) {
  await mkdir(destination, { recursive: true });
  const places = folders.map((folder) => resolve(root, folder));
  const { code, stdout, all } = await npm(["pack", ...places, "--json", "--loglevel=error", "--pack-destination", destination]);
  if (code !== 0) throw new Error(`npm pack failed:\n${all}`);
  const packed = JSON.parse(stdout).map(({ name, filename, files, size }) => {
    const tarball = join(destination, filename.replace("@", "").replace("/", "-"));
    return [name, { tarball, files: files.map(({ path }) => path), bytes: size }];
  });
  return new Map(packed);
}

/** The bytes of a file in a buffer of their own, which the readers of tarballs want. */
export async function readArrayBuffer(file) {
  const bytes = await readFile(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}
