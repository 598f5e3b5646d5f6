import { join } from "node:path";
import { type FloatArray, type JobOptions, LtadError, type stopwatch } from "@ltad/core";
import type { TextEncoder } from "@ltad/encoder";
import type { TrainOptions } from "../train-options.js";
import type { TrainTiming } from "../train-result.js";
import { fingerprintOf } from "./checkpoint.js";
import { checkEncoded } from "./encoded-split.js";
import { judgedPlaces } from "./judged-places.js";
import { type Encoding, prepareEncoding, textEncoderOf } from "./prepare-encoding.js";
import { removeParts, removeWhole } from "./remove-whole.js";

/** The time of a training, by part. */
export type Clock = ReturnType<typeof stopwatch<keyof TrainTiming>>;

/** A training whose encoders are loaded and whose settings are decided. */
export interface Run extends Encoding {
  /** None where no module reads text. */
  readonly text: TextEncoder | undefined;
  /** See `TrainingSet`. */
  readonly judged: FloatArray | undefined;
  /** Folder of the checkpoint. */
  readonly checkpoint: string;
  /** Of everything that must be the same when the training continues. */
  readonly fingerprint: string;
}

/** @throws LtadError when weights cannot be loaded, or images were encoded by others */
export async function openRun(options: TrainOptions, clock: Clock): Promise<Run> {
  const encoding = await prepareEncoding(options.split, options);
  const text = await textEncoderOf(options);
  if (options.encoded) checkEncoded(options.encoded, encoding.featuresId);
  clock.lap("weights");
  const judged = await judgedPlaces(options.split, encoding.spec, options);
  if (judged) checkJudged(options);
  const fingerprint = fingerprintOf(settingsOf(options, encoding.featuresId, judged));
  return { ...encoding, text, judged, checkpoint: checkpointIn(options.out), fingerprint };
}

/** @throws LtadError `LTAD_CONFIG` where the ignored part of an image would take part in the scores of the rest */
function checkJudged({ config, encoded }: TrainOptions): void {
  if (encoded) throw maskError("these images were encoded and summed up by other machines, without masks. Train on the data set itself.");
  checkSeesPatches(config);
  const { names, mixing } = config;
  if (names.prototypes === "learned" || mixing.enabled)
    throw maskError("phase 1 (names.prototypes=learned, mixing.enabled=true) sees the whole image. Use the preset recommended or fast.");
}

/** @throws LtadError `LTAD_CONFIG` for a Pi that sees more than a patch and its place */
export function checkSeesPatches({ reconstruct: { kind } }: Pick<TrainOptions["config"], "reconstruct">): void {
  if (kind === "none" || kind === "token-mlp") return;
  throw maskError(
    `reconstruct.kind ${kind} looks at the whole image for every patch, also at what is to be ignored. Use the preset recommended or fast.`,
  );
}

function maskError(why: string): LtadError {
  return new LtadError("LTAD_CONFIG", `include masks: ${why}`, { details: { field: "include" } });
}

/** How each step of a training reports, and is stopped. */
export function jobOf({ onProgress, signal }: TrainOptions): JobOptions {
  return { onProgress, signal };
}

/** Removes the checkpoint, and what processes that were killed left half written. */
export async function cleanUp(out: string): Promise<void> {
  await removeWhole(checkpointIn(out));
  await removeParts(out);
}

function checkpointIn(out: string): string {
  return join(out, "checkpoint");
}

/** What must be the same when a training continues. */
function settingsOf({ split, seed, config, budget }: TrainOptions, encoderId: string, judged: FloatArray | undefined) {
  const images = split.classes.map(({ name, train }) => ({ name, images: train.map(({ id }) => id) }));
  return {
    images,
    protocol: split.protocol,
    seed,
    config,
    encoderId,
    ...(budget !== undefined && { budget }),
    ...(judged && { judged: [...judged.data] }),
  };
}
