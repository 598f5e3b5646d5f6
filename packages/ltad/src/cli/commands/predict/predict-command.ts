import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkOutFolder, isLtadError, LtadError, throwIfAborted, writeFileAtomic } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { readImageHeader } from "@ltad/data";
import { type Detector, mapPng16, openDetector } from "@ltad/detector";
import type { Io } from "../../io.js";
import { coloursFor } from "../../progress/colours.js";
import { drawnSmaller, mostDrawn } from "./drawn-smaller.js";
import { expandImages, notScored } from "../../../expand-images.js";
import { checkIsFile } from "../../../file-kind.js";
import { outputNames } from "./output-names.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { warnWithoutNative } from "../../warn-without-native.js";
import { judgedFields } from "./verdict-fields.js";
import { checkVerdictFiles, type Outcome, writeVerdictFiles } from "./verdict-files.js";
import { type JudgedFields, verdictLine } from "./verdict-line.js";
import { checkVerdictOptions, summarise, type VerdictOptions } from "./verdict-summary.js";

export interface PredictCommandOptions extends CommonOptions, VerdictOptions {
  readonly out?: string;
  readonly class?: string;
  readonly force?: boolean;
  readonly strict?: boolean;
  readonly threads?: number;
  readonly maxPixels?: number;
}

/** One line of `ltad predict --json`. */
export interface PredictionLine extends JudgedFields {
  /** File name in the output folder: value = map_low + (map_high - map_low) * grey / 65535. Null without --out. */
  readonly map: string | null;
  readonly map_low: number | null;
  readonly map_high: number | null;
  /** File name in the output folder: the image under its heat map. */
  readonly overlay: string | null;
}

/**
 * Scores images one after another. An image that cannot be read does not stop the others, but with `strict`.
 * @returns the exit code: 3 when an image failed, else 4 for an image that is not OK with `failOnDefect`
 */
export async function predictCommand(io: Io, model: string, paths: readonly string[], options: PredictCommandOptions): Promise<number> {
  return withSession(io, options, "The images scored so far are on stdout.", async (session) => {
    const { files, passedOver } = await expandImages(paths);
    if (passedOver.length > 0) session.warn(notScored(passedOver));
    const names = outputNames(files);
    if (options.out !== undefined) await checkOutputs(options.out, names, options);
    await checkVerdictFiles(options);
    await warnWithoutNative(session);
    const detector = await openDetector(model, options.threads === undefined ? {} : { threads: options.threads });
    try {
      checkVerdictOptions(detector, options);
      return await predictAll(session, detector, { files, names }, options);
    } finally {
      await detector.dispose();
    }
  });
}

async function predictAll(
  session: Session,
  detector: Detector,
  { files, names }: { readonly files: readonly string[]; readonly names: ReadonlyMap<string, string> },
  options: PredictCommandOptions,
): Promise<number> {
  const outcomes: Outcome[] = [];
  const drawn: string[] = [];
  const colours = coloursFor(session.io.stdout, session.io.env);
  for (const file of files) {
    throwIfAborted(session.signal);
    try {
      await checkIsFile(file);
      const line = await predictOne(detector, file, names.get(file)!, options);
      const pages = await pagesOf(file, options);
      if (pages > 1) session.warn(`${file}: it has ${pages} pages or frames; only the first is scored.`);
      session.printJson(line);
      session.print(verdictLine(line, colours));
      outcomes.push(line);
      drawn.push(file);
    } catch (error) {
      if (options.strict || !isLtadError(error) || error.code !== "LTAD_IMAGE") throw error;
      outcomes.push({ file, error: error.message });
      session.io.stderr.write(`${session.colours.red("error")} ${session.colours.dim(error.code)} ${error.message}\n`);
    }
    if (files.length > 1) session.onProgress({ phase: "predict", done: outcomes.length, total: files.length, unit: "images" });
  }
  await writeVerdictFiles(outcomes, options);
  if (options.out !== undefined && outcomes.some((one) => "score" in one)) session.info(`Maps and overlays are in ${options.out}.`);
  const smaller = options.out === undefined ? undefined : await drawnSmaller(drawn, options.maxPixels);
  if (smaller !== undefined) session.warn(smaller);
  return summarise(session, detector, outcomes, options);
}

/** Pages of a TIFF or frames of an animation; other kinds have one. */
async function pagesOf(file: string, { maxPixels }: PredictCommandOptions): Promise<number> {
  return /\.(tiff?|gif|webp)$/i.test(file) ? (await readImageHeader(file, maxPixels === undefined ? {} : { maxPixels })).pages : 1;
}

async function predictOne(
  detector: Detector,
  file: string,
  name: string,
  { out, class: given, maxPixels, falseAlarmRate }: PredictCommandOptions,
): Promise<PredictionLine> {
  const limits = { mostPixels: mostDrawn, image: maxPixels === undefined ? {} : { maxPixels } };
  const wanted = out === undefined ? ({ size: "grid" } as const) : { overlay: true };
  const options = { class: given, falseAlarmRate, ...limits, ...wanted };
  const prediction = await detector.predict(file, options);
  const { map, width, height, overlay } = prediction;
  const line = judgedFields(file, prediction);
  if (out === undefined || !overlay) return { ...line, map: null, map_low: null, map_high: null, overlay: null };
  const grey = await mapPng16(map, width, height, detector.manifest.display);
  const places = outputsOf(name);
  await writeFileAtomic(join(out, places.map), grey.png);
  await writeFileAtomic(join(out, places.overlay), overlay);
  return { ...line, ...places, map_low: grey.low, map_high: grey.high };
}

function outputsOf(name: string): { map: string; overlay: string } {
  return { map: `${name}.map.png`, overlay: `${name}.overlay.png` };
}

/** File systems take so many bytes in a name. */
const longestName = 255;

/** All that can prevent an output shows before the first image is scored. */
async function checkOutputs(out: string, names: ReadonlyMap<string, string>, { force }: PredictCommandOptions): Promise<void> {
  const long = [...names].filter(([, name]) => Object.values(outputsOf(name)).some((place) => Buffer.byteLength(place) > longestName));
  if (long.length > 0) {
    const more = long.length > 1 ? ` The same is true of ${plural(long.length - 1, "more image")}.` : "";
    const message = `--out: ${long[0]![0]}: the names of its outputs would have more than ${longestName} bytes, which is too long for file systems. Rename the image.${more}`;
    throw new LtadError("LTAD_CONFIG", message, { details: { files: long.map(([file]) => file) } });
  }
  await checkOutFolder(out);
  if (!force) checkFree(out, [...names.values()]);
}

/** Nothing is written over unasked, and that shows before the first image is scored. */
function checkFree(out: string, names: readonly string[]): void {
  const taken = names.flatMap((name) => Object.values(outputsOf(name))).filter((place) => existsSync(join(out, place)));
  if (taken.length === 0) return;
  const more = taken.length > 1 ? ` and ${plural(taken.length - 1, "more file")}` : "";
  throw new LtadError("LTAD_CONFIG", `--out ${out}: ${taken[0]}${more} would be overwritten. Choose another folder, or add --force.`, {
    details: { folder: out, files: taken },
  });
}
