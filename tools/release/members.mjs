import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { workspaceFolders } from "../house/fingerprint.mjs";
import { root } from "../house/run.mjs";
import { project } from "./project.mjs";

/**
 * Every package of the workspace, packages and apps first found by their package.json.
 * @returns {{ folder: string, manifest: Record<string, any>, isPublic: boolean, hasBuild: boolean }[]}
 */
export function readMembers(base = root) {
  return workspaceFolders(base).map((folder) => {
    const manifest = JSON.parse(readFileSync(join(base, folder, "package.json"), "utf8"));
    const isPublic = !manifest.private && !project.privateMembers.includes(manifest.name);
    return { folder, manifest, isPublic, hasBuild: existsSync(join(base, folder, "tsup.config.ts")) };
  });
}
