import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type WeightFile, LtadError, openSafetensors } from "@ltad/core";
import { listed, noSafetensorsError } from "./no-safetensors-error.js";

/** The files of a model. Those of the hub are fetched when they are first read; all others are already on this disk. */
export interface ModelFolder {
  /** As the user named it, for errors. */
  readonly source: string;
  readonly name: string;
  /** Where its files lie on this disk. */
  readonly place: string;
  /** Names of its files, with `/` between folders; of a single file, its own and those that describe it. */
  readonly files: readonly string[];
  /** The path of a file on this disk. @throws LtadError `LTAD_WEIGHTS` when the model has no such file */
  path(file: string): Promise<string>;
  /** @throws LtadError `LTAD_WEIGHTS` when the model has no such file */
  bytes(file: string): Promise<Uint8Array>;
  /** The text of a file, undefined when the model has none of this name. */
  text(file: string): Promise<string | undefined>;
  /** The content of a JSON file, undefined when the model has none of this name. @throws LtadError `LTAD_WEIGHTS` when it is not JSON */
  json(file: string): Promise<unknown>;
  /**
   * Its safetensors, of all parts where there are several.
   * @throws LtadError `LTAD_WEIGHTS` when it has none, saying what it has instead
   */
  safetensors(): Promise<WeightFile>;
}

/** What a {@link ModelFolder} is made of. */
export interface FolderPlace extends Pick<ModelFolder, "source" | "name" | "place" | "files"> {
  /** Brings a file to its place, where it does not lie there yet. */
  readonly fetch?: ((file: string) => Promise<void>) | undefined;
}

/** Descriptions of a model are far smaller. */
const maxText = 64 * 1024 * 1024;

/** A model folder at a place, before or after its files are fetched. */
export function modelFolder({ source, name, place, files, fetch }: FolderPlace): ModelFolder {
  const has = (file: string) => files.includes(file);
  const path = async (file: string) => {
    if (!has(file)) throw folderError(source, `${file} is missing, found ${listed(files)}. Copy the whole model folder.`);
    await fetch?.(file);
    return join(place, ...file.split("/"));
  };
  const text = async (file: string) => (has(file) ? readText(await path(file), `${source}: ${file}`) : undefined);
  const json = async (file: string) => {
    const content = await text(file);
    return content === undefined ? undefined : parseJson(content, source, file);
  };
  const safetensors = async () => {
    const file = weightFile(files);
    if (file === undefined) throw noSafetensorsError(source, files);
    const first = await path(file);
    for (const part of file.endsWith(".index.json") ? partsOf(await json(file)) : []) if (has(part)) await path(part);
    return openSafetensors(first);
  };
  return { source, name, place, files, path, text, json, safetensors, bytes: async (file) => readFile(await path(file)) };
}

function weightFile(files: readonly string[]): string | undefined {
  const usual = ["model.safetensors.index.json", "model.safetensors"].find((name) => files.includes(name));
  return usual ?? files.find((name) => name.endsWith(".safetensors") && !name.includes("/"));
}

/** The files that an index of safetensors names. Other faults of an index are reported when it is opened. */
function partsOf(index: unknown): string[] {
  const { weight_map: parts = {} } = (index ?? {}) as { weight_map?: Readonly<Record<string, unknown>> };
  return [...new Set(Object.values(parts))].filter((part) => typeof part === "string");
}

async function readText(path: string, what: string): Promise<string> {
  const { size } = await stat(path);
  if (size <= maxText) return readFile(path, "utf8");
  throw folderError(what, `it has ${size} bytes, expected at most ${maxText}. Copy it from the model again.`);
}

function parseJson(text: string, source: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw folderError(source, `${file} is not JSON (${(error as Error).message}). Copy it from the model again.`, error);
  }
}

function folderError(source: string, why: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_WEIGHTS", `${source}: ${why}`, { cause, details: { source } });
}
