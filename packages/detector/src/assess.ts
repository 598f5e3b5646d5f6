import { LtadError, type NdArray } from "@ltad/core/browser";
import { shrunkSize } from "@ltad/data/browser";
import { checkScores } from "./check-scores.js";
import { decide, type Verdict } from "./decide.js";
import { withLimits } from "./edit-decision.js";
import type { Graphs, Scores } from "./graphs-of.js";
import { judgedOf, type JudgedPlaces, withoutIgnored } from "./judged.js";
import type { Manifest } from "./manifest.js";
import { type Size, upsampleBilinear } from "./upsample.js";

// Shapes: g of the grid; H, W of the maps in the answer.

/** How an image is judged, and how large its maps are. */
export interface AssessOptions {
  /** The size of the maps: that of the image (the default), that of the model's grid, or any other. */
  readonly size?: "original" | "grid" | Size | undefined;
  /** The maps and overlays of larger images are shrunk to this many pixels, which limits their memory; unlimited by default. */
  readonly mostPixels?: number | undefined;
  /** The share of good images that may be judged not good, above 0 and below 1; that of the model by default. */
  readonly falseAlarmRate?: number | undefined;
  /** Limits by the names of classes, which replace those of the model. */
  readonly limits?: Readonly<Record<string, number>> | undefined;
}

/** How a model judges one image. A higher score is more anomalous; scores are comparable within one detector only. */
export interface Assessment {
  readonly score: number;
  readonly class: string;
  /** False when the detector chose the class. */
  readonly classGiven: boolean;
  /** Whether the image is good; missing if the model has no scores of good images. */
  readonly verdict?: Verdict;
  /** How far the image is from its class, 0 or more; missing if the model does not compute it. */
  readonly distance?: number;
  /** The class nearest to the image, if the image is not good and that class is not the given one. */
  readonly nearestClass?: string;
  /** The size of the maps in pixels. */
  readonly width: number;
  readonly height: number;
  /** The anomaly map S, [H*W], which heat maps show and pixel metrics rank. */
  readonly map: Float32Array;
  /** S_rec, [H*W]: how badly each position is reconstructed. It is computed when it is first read. */
  readonly recMap: Float32Array;
  /** S_sem, [H*W]: how close each position is to "a broken ..." in the text space. It is computed when it is first read. */
  readonly semMap: Float32Array;
  /** The size of the image in pixels. */
  readonly image: Size;
}

/** The parts of a detector that {@link assess} needs. */
export type Model = Pick<Graphs, "encode" | "score"> & { readonly manifest: Manifest };

/** A decoded image: the input of the encoder, the size of the image, and the index of its class, or -1 to predict it. */
export interface ReadImage extends Size {
  readonly input: NdArray;
  readonly given: number;
}

/**
 * Scores and judges a decoded image, in Node.js and in a browser.
 * @param lap is called at the end of each part
 * @throws LtadError `LTAD_NOT_FINITE` when the score or a map is not a number
 */
export async function assess(
  { manifest, encode, score }: Model,
  { input, width, height, given }: ReadImage,
  options: AssessOptions,
  lap: (part: "encode" | "score" | "upsample") => void,
): Promise<{ readonly assessment: Assessment; readonly scores: Scores }> {
  const { classes } = manifest;
  const { features: patches, z } = await encode(input);
  lap("encode");
  const scores = checkScores(await score(patches, z, Int32Array.of(given)), classes.length);
  lap("score");
  const image = { width, height };
  const places = judgedOf(manifest, scores.classes[0]!);
  const maps = mapsOf(scores, sizeOf(options, image, scores.grid), places);
  lap("upsample");
  const [value, label] = [scores.score[0]!, scores.classes[0]!];
  const distance = scores.distance?.[0];
  const verdict = decide(decisionOf(manifest, options.limits), label, value, options.falseAlarmRate, distance);
  const isDoubted = given >= 0 && verdict?.isAnomalous === true;
  const nearest = isDoubted ? (await score(patches, z, Int32Array.of(-1))).classes[0]! : label;
  const assessment = Object.assign(maps, {
    score: value,
    class: classes[label]!.name,
    ...(verdict && { verdict }),
    ...(nearest !== label && { nearestClass: classes[nearest]!.name }),
    ...(distance !== undefined && { distance }),
    classGiven: given >= 0,
    image,
  });
  return { assessment, scores };
}

function decisionOf({ decision, classes }: Manifest, limits: AssessOptions["limits"]): Pick<Manifest, "decision"> {
  if (!decision || !limits) return { decision };
  const names = classes.map(({ name }) => name);
  return { decision: withLimits(decision, names, limits) };
}

/** The index of a class by its name, or -1 if no name is given. @throws LtadError `LTAD_CONFIG` for an unknown name; it lists the known ones */
export function classIndex(classes: Manifest["classes"], received: string | undefined): number {
  if (received === undefined) return -1;
  const names = classes.map(({ name }) => name);
  const index = names.indexOf(received.normalize("NFC")); // a manifest normalises its names in the same way
  if (index >= 0) return index;
  const some = names.slice(0, 20).join(", ") + (names.length > 20 ? ` and ${names.length - 20} more` : "");
  const message = `class: expected one of ${some}, received ${received}. Omit it to have the class predicted.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { field: "class", received, expected: names } });
}

function sizeOf({ size, mostPixels = Infinity }: AssessOptions, image: Size, grid: number): Size {
  if (size === "grid") return { width: grid, height: grid };
  return size === undefined || size === "original" ? shrunkSize(image, mostPixels) : size;
}

type Maps = Pick<Assessment, "width" | "height" | "map" | "recMap" | "semMap">;

/** The map of the first image of a batch, resized, with 0 at positions that are not judged. */
export function resized(values: Float32Array, places: JudgedPlaces, to: Size): Float32Array {
  const { grid } = places;
  return withoutIgnored(upsampleBilinear({ data: values.subarray(0, grid * grid), width: grid, height: grid }, to), places, to);
}

/** The maps of an assessment, each computed when it is first read: few callers need all three, and a map of a large image takes more memory than the image. */
function mapsOf({ map, recMap, semMap }: Scores, size: Size, places: JudgedPlaces): Maps {
  const later: { recMap?: Float32Array; semMap?: Float32Array } = {};
  return {
    width: size.width,
    height: size.height,
    map: resized(map, places, size),
    get recMap() {
      return (later.recMap ??= resized(recMap, places, size));
    },
    get semMap() {
      return (later.semMap ??= resized(semMap, places, size));
    },
  };
}
