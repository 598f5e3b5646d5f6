// npm run manifests [-- --check]: writes into every package.json what is decided in one place. The addresses and keywords come from project.mjs, the
// version from packages/core/package.json, the licence from the root. With --check nothing is written; it exits with 1 when something differs.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../house/run.mjs";
import { manifestOf } from "./manifest-of.mjs";
import { readMembers } from "./members.mjs";

/** Files whose content is decided elsewhere, by their path from the root, with the text that each should have. */
export function derivedFiles(base = root) {
  const members = readMembers(base);
  const { version } = members.find(({ folder }) => folder === "packages/core").manifest;
  const ours = members.map(({ manifest }) => manifest.name);
  const licence = readFileSync(join(base, "LICENSE"), "utf8");
  const top = JSON.parse(readFileSync(join(base, "package.json"), "utf8"));
  const files = {
    "packages/core/src/version.ts": versionSource(version),
    "package.json": inJson(manifestOf(top, { folder: "", version: "", ours: [], hasChangelog: false })),
  };
  for (const { folder, manifest, isPublic } of members) {
    const hasChangelog = existsSync(join(base, folder, "CHANGELOG.md"));
    files[`${folder}/package.json`] = inJson(manifestOf(manifest, { folder, version, ours, hasChangelog }));
    if (isPublic) files[`${folder}/LICENSE`] = licence;
  }
  return files;
}

function inJson(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function versionSource(version) {
  return `/** The version of every LTAD package: they are released together. \`npm run manifests\` writes it, from packages/core/package.json. */
export const version = "${version}";
`;
}

/** The paths of those files that are missing or say something else. */
export function outdatedFiles(base = root) {
  return Object.entries(derivedFiles(base)).filter(([path, text]) => read(join(base, path)) !== text);
}

/** Writes what is outdated. @returns the paths written */
export function writeDerivedFiles(base = root) {
  return outdatedFiles(base).map(([path, text]) => {
    writeFileSync(join(base, `${path}.new`), text);
    renameSync(join(base, `${path}.new`), join(base, path));
    return path;
  });
}

function read(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const onlyChecks = process.argv.includes("--check");
  const paths = onlyChecks ? outdatedFiles().map(([path]) => path) : writeDerivedFiles();
  for (const path of paths) console.log(onlyChecks ? `outdated: ${path}` : `written: ${path}`);
  if (onlyChecks && paths.length > 0) console.log('Run "npm run manifests" to write them.');
  process.exitCode = onlyChecks && paths.length > 0 ? 1 : 0;
}
