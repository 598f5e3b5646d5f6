import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";

const platform = `${process.platform}-${process.arch}-${process.versions.modules}`;

/** Every folder of the workspace that has a package.json. */
export function workspaceFolders(base = root) {
  const within = (folder) => (existsSync(join(base, folder)) ? readdirSync(join(base, folder)).map((name) => `${folder}/${name}`) : []);
  return [...within("packages"), ...within("apps"), "bench", "docs", "tools"].filter((folder) =>
    existsSync(join(base, folder, "package.json")),
  );
}

/** Changes when what pnpm would install changes: the lockfile, a manifest, Node or the platform. */
export function installFingerprint(base = root) {
  const hash = createHash("sha256").update(platform);
  const manifests = workspaceFolders(base).map((folder) => `${folder}/package.json`);
  for (const path of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests])
    hash.update(path).update(readFileSync(join(base, path)));
  return hash.digest("hex");
}

/** Changes when a source changes that the build reads. By name, size and time only, because it decides at every start. */
export function buildFingerprint(base = root) {
  const hash = createHash("sha256").update(installFingerprint(base));
  const files = ["tsconfig.base.json", "tsconfig.json", "tsup.base.ts", "turbo.json"];
  for (const folder of buildFolders(base)) files.push(`${folder}/tsup.config.ts`, ...sources(base, `${folder}/src`));
  for (const file of files) {
    const { size, mtimeMs } = statSync(join(base, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/** True when node_modules are there: the root's, and that of each package with dependencies. */
export function isInstalled(base = root) {
  const needs = workspaceFolders(base).filter((folder) => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(base, folder, "package.json"), "utf8"));
    return Object.keys(dependencies).length > 0;
  });
  return ["node_modules/.modules.yaml", ...needs.map((folder) => `${folder}/node_modules`)].every((path) => existsSync(join(base, path)));
}

/** True when each package has something built. */
export function isBuilt(base = root) {
  return buildFolders(base).every((folder) => existsSync(join(base, folder, "dist")) && readdirSync(join(base, folder, "dist")).length > 0);
}

function buildFolders(base) {
  return workspaceFolders(base).filter((folder) => existsSync(join(base, folder, "tsup.config.ts")));
}

function sources(base, folder) {
  if (!existsSync(join(base, folder))) return [];
  const files = readdirSync(join(base, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map((entry) => join(entry.parentPath, entry.name).slice(base.length))
    .filter((file) => !file.endsWith(".test.ts") && !file.includes("__fixtures__"));
}
