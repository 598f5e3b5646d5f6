// npm run version-packages: turns the files of .changeset/ into a new version of every package and a section of CHANGELOG.md.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { findPnpm } from "../house/pnpm.mjs";
import { cache, environment, root, run, runTool } from "../house/run.mjs";
import { withRelease } from "./changelog.mjs";
import { writeDerivedFiles } from "./manifests.mjs";

const changelog = join(root, "CHANGELOG.md");

/** @returns the new version; undefined when there is nothing to release */
async function versionPackages() {
  const { changesets, releases } = await plan();
  if (releases.length === 0) return undefined;
  const [{ newVersion }] = releases;
  writeFileSync(changelog, withRelease(readFileSync(changelog, "utf8"), newVersion, changesets));
  await mustRun(runTool("changeset", ["version"]));
  writeDerivedFiles();
  const env = environment(await findPnpm());
  await mustRun(run("pnpm", ["install", "--lockfile-only", "--prefer-offline"], { env }));
  return newVersion;
}

async function plan() {
  mkdirSync(cache, { recursive: true });
  const file = join(cache, "release-plan.json");
  await mustRun(runTool("changeset", ["status", `--output=${relative(root, file)}`], { output: "capture" }));
  return JSON.parse(readFileSync(file, "utf8"));
}

async function mustRun(job) {
  const { code, all } = await job;
  if (code !== 0) throw new Error(all.trim() || "a step failed; its words are above");
}

try {
  const version = await versionPackages();
  console.log(version ? `Every package is now at ${version}. Read CHANGELOG.md, then commit.` : "There is no change to release.");
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
