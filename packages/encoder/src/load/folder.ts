import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type Checkpoint, LtadError, openSafetensors } from "@ltad/core";

/** A local model: a folder as Hugging Face lays it out, or one weight file. */
export interface ModelFolder {
  /** As the user named it, for errors. */
  readonly source: string;
  readonly name: string;
  readonly folder: string;
  /** Names in the folder; of one weight file, its own and what describes it. */
  readonly files: readonly string[];
}

/** What is read beside a single weight file. */
const descriptions = ["config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"];
const maxJson = 64 * 1024 * 1024;

/**
 * Looks at a path: a folder, or a single `.safetensors` or `.onnx` file.
 * @throws LtadError `LTAD_DATA` when it is not there
 */
export async function openFolder(path: string): Promise<ModelFolder> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new LtadError(
      "LTAD_DATA",
      `${path}: there is no such folder or file. Name a model folder, a weight file, or an encoder that "ltad encoders list" shows.`,
      { cause },
    );
  });
  const name = basename(resolve(path)).replace(/\.(safetensors|onnx)$/, "");
  if (!found.isDirectory()) {
    const beside = new Set(await readdir(dirname(path)));
    return { source: path, name, folder: dirname(path), files: [basename(path), ...descriptions.filter((file) => beside.has(file))] };
  }
  const below = async (part: string) => (await readdir(join(path, part)).catch(() => [])).map((file) => (part ? `${part}/${file}` : file));
  return { source: path, name, folder: path, files: [...(await below("")), ...(await below("onnx")), ...(await below("1_Pooling"))] };
}

/**
 * A JSON file of a model folder, undefined when there is none.
 * @throws LtadError `LTAD_WEIGHTS` when it is not JSON
 */
export async function readJson(model: ModelFolder, file: string): Promise<unknown> {
  const text = await readText(model, file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${model.source}: ${file} is not JSON (${(error as Error).message}). Copy it from the model again.`,
      { cause: error },
    );
  }
}

/** The text of a file of a model folder, undefined when there is none. */
export async function readText({ folder, files, source }: ModelFolder, file: string): Promise<string | undefined> {
  if (!files.includes(file)) return undefined;
  const place = join(folder, file);
  const { size } = await stat(place);
  if (size > maxJson)
    throw new LtadError("LTAD_WEIGHTS", `${source}: ${file} has ${size} bytes, expected at most ${maxJson}. Copy it from the model again.`);
  return readFile(place, "utf8");
}

/** The weight files that are read, in the order in which they are looked for. */
const weightFiles = ["model.safetensors.index.json", "model.safetensors"];
/** Weight files of other libraries; those that pickle could run code when read. */
const refused: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\.(bin|pt|pth|ckpt)$/, "a pickle, which is never read because it can run code"],
  [/\.(h5|keras)$/, "a Keras file"],
  [/\.msgpack$/, "a Flax file"],
];

/**
 * The safetensors of a model folder.
 * @throws LtadError `LTAD_WEIGHTS` when there are none, saying what is there instead
 */
export async function openWeights({ folder, files, source }: ModelFolder): Promise<Checkpoint> {
  const file = weightFiles.find((name) => files.includes(name)) ?? files.find((name) => name.endsWith(".safetensors"));
  if (file !== undefined) return openSafetensors(join(folder, file));
  const other = files.flatMap((name) => refused.filter(([pattern]) => pattern.test(name)).map(([, what]) => `${name}, ${what}`))[0];
  const convert =
    "Save it as safetensors: model.save_pretrained(FOLDER, safe_serialization=True), or safetensors.torch.save_file(state_dict, PATH)";
  throw new LtadError(
    "LTAD_WEIGHTS",
    `${source}: expected model.safetensors, found ${other ? `only ${other}. ${convert}` : files.join(", ") || "nothing"}.`,
  );
}
