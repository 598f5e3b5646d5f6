import { existsSync, readFileSync } from "node:fs";
import { dirname, delimiter, join } from "node:path";
import { environment, HouseError, root, run } from "./run.mjs";

const windows = process.platform === "win32";

/** The version that package.json asks for. */
export function wantedPnpm() {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return packageManager.replace(/^pnpm@/, "").replace(/\+.*$/, "");
}

/**
 * The folder of a pnpm of the wanted major version: on PATH, or fetched once into npm's own cache by npx.
 * @param {string} [known] where it was the last time
 */
export function findPnpm(known) {
  return (found ??= search(known));
}

let found;

async function search(known) {
  if (known && existsSync(join(known, windows ? "pnpm.cmd" : "pnpm"))) return known;
  return (await pnpmOnPath()) ?? (await pnpmThroughNpx());
}

async function pnpmOnPath() {
  const folder = (process.env.PATH ?? "").split(delimiter).find((place) => place && existsSync(join(place, windows ? "pnpm.cmd" : "pnpm")));
  if (!folder || windows) return undefined; // on Windows npx is the safe way to start it
  const { code, stdout } = await run(join(folder, "pnpm"), ["--version"], { output: "capture" });
  const major = (version) => version.trim().split(".")[0];
  return code === 0 && major(stdout) === major(wantedPnpm()) ? folder : undefined;
}

async function pnpmThroughNpx() {
  const version = wantedPnpm();
  console.error(`ltad: pnpm ${version.split(".")[0]} is not on the path; npx fetches ${version}`);
  const npx = ["exec", "--yes", "--prefer-offline", `--package=pnpm@${version}`, "--", process.execPath, "-p", "process.env.PATH"];
  const { code, stdout, all } = await run(process.execPath, [npmScript(), ...npx], { output: "capture", env: environment() });
  const folder = (stdout.trim().split("\n").at(-1) ?? "").split(delimiter).find((place) => existsSync(join(place, "pnpm")));
  if (code === 0 && folder) return folder;
  throw new HouseError(
    `${all.trim()}\n\npnpm ${version} could not be fetched through npx. Check that npm reaches its registry, and run again.`,
  );
}

/** npm's own script: the npm that started us, or the one beside this Node. */
export function npmScript() {
  const started = process.env.npm_execpath;
  if (started && started.endsWith("npm-cli.js")) return started;
  const beside = ["../lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js"].map((path) =>
    join(dirname(process.execPath), path),
  );
  const found = beside.find((path) => existsSync(path));
  if (found) return found;
  throw new HouseError("npm was not found beside this Node. Start the command through npm: npm run demo, npm test.");
}
