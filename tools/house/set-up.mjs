import { readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildFingerprint, installFingerprint, isBuilt, isInstalled } from "./fingerprint.mjs";
import { findPnpm } from "./pnpm.mjs";
import { cache, environment, HouseError, run, runTool } from "./run.mjs";

const stampFile = join(cache, "stamp.json");

/**
 * Installs and builds what is missing or out of date, with all its words on stderr; tens of milliseconds when there is nothing to do.
 * @returns the environment for the tools, with pnpm on the path, and the seconds it took
 */
export async function setUp() {
  const started = performance.now();
  const done = (pnpm) => ({ env: environment(pnpm), seconds: (performance.now() - started) / 1000 });
  const stamp = readStamp();
  const installed = installFingerprint();
  const outdated = stamp.installed !== installed || !isInstalled();
  const built = buildFingerprint();
  if (!outdated && stamp.built === built && isBuilt()) return done(stamp.pnpm);

  const pnpm = await findPnpm(stamp.pnpm);
  const env = environment(pnpm);
  if (outdated) await install(env);
  await writeStamp({ installed, pnpm });
  await build(env);
  await writeStamp({ installed, pnpm, built });
  return done(pnpm);
}

async function install(env) {
  console.error("ltad: installing dependencies");
  const args = ["install", "--frozen-lockfile", "--prefer-offline", "--config.confirm-modules-purge=false"];
  const { code } = await run("pnpm", args, { env, output: "stderr" });
  if (code !== 0) throw new HouseError("The dependencies could not be installed. Fix the problem that pnpm reports above and run again.");
}

async function build(env) {
  console.error("ltad: building");
  const args = ["run", "build", "--cache=local:rw", "--output-logs=errors-only", "--ui=stream", "--no-update-notifier"];
  const { code, seconds } = await runTool("turbo", args, { env, output: "stderr" });
  if (code !== 0) throw new HouseError("The build failed; see its output above.");
  console.error(`ltad: built in ${seconds.toFixed(1)} s`);
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return {};
  }
}

async function writeStamp(stamp) {
  await mkdir(cache, { recursive: true });
  await writeFile(`${stampFile}.${process.pid}`, JSON.stringify(stamp));
  await rename(`${stampFile}.${process.pid}`, stampFile);
}
