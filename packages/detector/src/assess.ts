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

export interface AssessOptions {
  /** Size of the maps: that of the image (default), that of the model's grid, or another. */
  readonly size?: "original" | "grid" | Size | undefined;
  /** Maps and overlays of larger images are shrunk to so many pixels, which bounds the memory that they take; unlimited when left out. */
  readonly mostPixels?: number | undefined;
  /** Share of good images that may be judged not good; that of the model when left out. */
  readonly falseAlarmRate?: number | undefined;
  /** Limits of classes, by their names, in place of those of the model. */
  readonly limits?: Readonly<Record<string, number>> | undefined;
}

/** What a model says of one image. Scores are comparable within one detector; higher is more anomalous. */
export interface Assessment {
  readonly score: number;
  readonly class: string;
  /** False when the detector chose the class. */
  readonly classGiven: boolean;
  /** Whether the image is good; absent from models that know no scores of good images. */
  readonly verdict?: Verdict;
  /** How far the image is from its class; absent from models that do not say it. */
  readonly distance?: number;
  /** The class that the image is nearest to, where it is not good and that is not the given one. */
  readonly nearestClass?: string;
  /** Size of the maps. */
  readonly width: number;
  readonly height: number;
  /** S, [H*W]: what heat maps show and pixel metrics rank. */
  readonly map: Float32Array;
  /** S_rec, [H*W]: how badly a place is reconstructed. Enlarged when it is first read. */
  readonly recMap: Float32Array;
  /** S_sem, [H*W]: how near a place is to "a broken ..." in text space. Enlarged when it is first read. */
  readonly semMap: Float32Array;
  /** Size of the image. */
  readonly image: Size;
}

/** A model as {@link assess} needs it. */
export type Model = Pick<Graphs, "encode" | "score"> & { readonly manifest: Manifest };

/** An image that was read: the encoder's input, the size of the image, and the index of its class, -1 to predict it. */
export interface ReadImage extends Size {
  readonly input: NdArray;
  readonly given: number;
}

/**
 * Scores an image that was read, and judges it: what Node and a browser do alike.
 * @param lap is called at the end of each part
 * @throws LtadError `LTAD_NOT_FINITE`
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

/** Index of a class by name, -1 when none is given. @throws LtadError `LTAD_CONFIG` naming the classes there are */
export function classIndex(classes: Manifest["classes"], received: string | undefined): number {
  if (received === undefined) return -1;
  const names = classes.map(({ name }) => name);
  const index = names.indexOf(received.normalize("NFC")); // those of a manifest are in this spelling
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

/** One map of the first image of a batch, resized; 0 where it is not judged. */
export function resized(values: Float32Array, places: JudgedPlaces, to: Size): Float32Array {
  const { grid } = places;
  return withoutIgnored(upsampleBilinear({ data: values.subarray(0, grid * grid), width: grid, height: grid }, to), places, to);
}

/** The maps of an answer. Few readers want all three, and each of a large image takes more memory than the image. */
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
