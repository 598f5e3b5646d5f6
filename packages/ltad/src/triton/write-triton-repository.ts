import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { LtadError, writeError } from "@ltad/core";
import { loadBundle } from "@ltad/detector";
import { type TritonModel, tritonConfig } from "./triton-config.js";

export interface TritonOptions {
  /** The repository: a folder to write. */
  readonly out: string;
  /** Name of the model that clients call; "ltad" by default. */
  readonly name?: string | undefined;
}

/**
 * Writes a model repository for Triton Inference Server: the encoder of the model, byte by byte, and a scoring graph that has the tables of all
 * classes inside, because an ensemble cannot load those of one class.
 * @returns names of the models: the ensemble first
 * @throws LtadError `LTAD_CONFIG` when the folder is there already, the model encodes tiles or has more classes than one file holds, `LTAD_BUNDLE`, `LTAD_WRITE`
 */
export async function writeTritonRepository(model: string, { out, name = "ltad" }: TritonOptions): Promise<string[]> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,100}$/.test(name))
    throw new LtadError("LTAD_CONFIG", `--name: expected letters, digits and _ . -, received ${JSON.stringify(name)}.`);
  const folder = resolve(out);
  if (existsSync(folder)) throw new LtadError("LTAD_CONFIG", `--out ${out}: it already exists. Choose another folder, or remove it.`);
  const bundle = await loadBundle(model);
  const { encoder, head, ensemble } = tritonConfig(bundle.manifest, name);
  const graph = bundle.byClass ? await (await import("@ltad/train")).wholeHead(bundle) : bundle.head;
  const beside = join(dirname(folder), `.${basename(folder)}.${randomBytes(6).toString("hex")}.part`);
  try {
    await writeModel(beside, encoder, "model.onnx", bundle.encoder);
    await writeModel(beside, head, "model.onnx", graph);
    await writeModel(beside, ensemble, "about.txt", "An ensemble has no file of its own, but its version needs a folder.\n");
    await rename(beside, folder);
  } catch (error) {
    throw writeError(out, error);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
  return [ensemble, encoder, head].map((each) => each.name);
}

async function writeModel(folder: string, model: TritonModel, file: string, content: Uint8Array | string): Promise<void> {
  await mkdir(join(folder, model.name, "1"), { recursive: true });
  await writeFile(join(folder, model.name, "config.pbtxt"), model.config);
  await writeFile(join(folder, model.name, "1", file), content);
}
