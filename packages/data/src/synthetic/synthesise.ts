import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { eachAtOnce, createRng, type JobOptions, LtadError, writeError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import sharp from "sharp";
import { drawSample, type Sample, samplesOf } from "./samples.js";
import { resolveParameters, type SynthesisOptions, type SynthesisParameters } from "./synthesis-parameters.js";

/** The file that marks a finished set and says how it was made. */
const marker = "synthetic.json";

/** What {@link synthesise} did. */
export interface SynthesisResult {
  readonly folder: string;
  /** False when the same set was there already. */
  readonly made: boolean;
}

/**
 * Writes a set of textured materials with defects and exact masks in MVTec layout. The same parameters give the same pixels on every machine.
 * The folder appears when it is complete; if it holds the same set already, nothing is done.
 * @throws LtadError `LTAD_CONFIG` for an option out of range, `LTAD_DATA` when the folder holds something else, `LTAD_WRITE`, `LTAD_ABORTED`
 */
export async function synthesise(folder: string, options: SynthesisOptions & JobOptions = {}): Promise<SynthesisResult> {
  const parameters = resolveParameters(options);
  const target = resolve(folder);
  const there = await whatIsThere(target, parameters, options.replace ?? false);
  if (there === "same") return { folder: target, made: false };
  const beside = `${target}.${randomBytes(6).toString("hex")}.part`;
  try {
    await writeAll(beside, parameters, options);
    if (there === "replace") await rm(target, { recursive: true, force: true });
    if (there === "empty") await rmdir(target);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw error instanceof LtadError ? error : writeError(target, error);
  }
  return { folder: target, made: true };
}

async function writeAll(folder: string, parameters: SynthesisParameters, { onProgress, signal }: JobOptions): Promise<void> {
  const samples = samplesOf(parameters);
  await mkdir(dirname(folder), { recursive: true });
  for (const path of new Set(samples.flatMap(({ image, mask }) => (mask ? [dirname(image), dirname(mask)] : [dirname(image)])))) {
    await mkdir(join(folder, path), { recursive: true });
  }
  const rng = createRng(parameters.seed);
  let done = 0;
  const write = async (sample: Sample) => {
    const { pixels, mask } = drawSample(rng.fork(sample.image), sample, parameters.size);
    await writePng(join(folder, sample.image), pixels, parameters.size, 3);
    if (mask && sample.mask) await writePng(join(folder, sample.mask), mask, parameters.size, 1);
    onProgress?.({ phase: "draw images", done: ++done, total: samples.length, unit: "images" });
  };
  await eachAtOnce(samples, write, { atOnce: 4, signal });
  await writeFile(join(folder, marker), JSON.stringify(parameters, null, 2));
}

async function writePng(path: string, data: Uint8Array, size: number, channels: 1 | 3): Promise<void> {
  const image = sharp(data, { raw: { width: size, height: size, channels } });
  if (channels === 1) image.toColourspace("b-w");
  await writeFile(path, await image.png({ compressionLevel: 3, adaptiveFiltering: false }).toBuffer());
}

/** Looks before anything is drawn. */
async function whatIsThere(
  folder: string,
  wanted: SynthesisParameters,
  replace: boolean,
): Promise<"nothing" | "empty" | "same" | "replace"> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw writeError(folder, error);
  });
  if (names === null) return "nothing";
  if (names.length === 0) return "empty";
  const found = await readFile(join(folder, marker), "utf8").catch(() => null);
  if (found === JSON.stringify(wanted, null, 2)) return "same";
  if (found !== null && replace) return "replace";
  const what = found === null ? "this folder contains something else" : "this folder contains a synthetic set made with other parameters";
  throw new LtadError("LTAD_DATA", `${shown(folder)}: ${what}; it was not changed. Remove it or choose another folder.`, {
    details: { file: folder },
  });
}
