import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { LtadError } from "@ltad/core";
import type { FolderPlace } from "./model-folder.js";

/** What is read beside a single weight file. */
const descriptions = ["config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"];

/**
 * Opens a model on this disk: a folder, or a single `.safetensors` or `.onnx` file with the files beside it that describe it.
 * @throws LtadError `LTAD_DATA` for a path that does not exist
 */
export async function diskFolder(path: string): Promise<FolderPlace> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new LtadError("LTAD_DATA", `${path}: there is no such folder or file. Name a model folder or a weight file.`, { cause });
  });
  const name = basename(resolve(path)).replace(/\.(safetensors|onnx)$/, "");
  if (found.isDirectory()) return { source: path, name, place: path, files: await filesBelow(path) };
  const beside = new Set(await readdir(dirname(path)));
  return { source: path, name, place: dirname(path), files: [basename(path), ...descriptions.filter((file) => beside.has(file))] };
}

/** Files of a folder and of the folders in it, which is as deep as models are. */
export async function filesBelow(path: string): Promise<string[]> {
  const entries = await list(path);
  const deeper = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  const below = await Promise.all(deeper.map(async ({ name }) => namesOf(await list(`${path}/${name}`)).map((file) => `${name}/${file}`)));
  return [...namesOf(entries), ...below.flat()];
}

const list = (path: string) => readdir(path, { withFileTypes: true }).catch((): Dirent[] => []);

const namesOf = (entries: readonly Dirent[]) => entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
