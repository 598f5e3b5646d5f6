import { stopwatch } from "@ltad/core";
import { boolean, check, fields, optional, refuse, type Rule } from "@ltad/core/check";
import type { DecodedImage, ImageOptions } from "@ltad/data";
import { assess, type Assessment, type AssessOptions, classIndex, type Model, resized } from "./assess.js";
import type { Scores } from "./graphs-of.js";
import { displayRange } from "./heat-map.js";
import { type ImageSource, modelInput } from "./image.js";
import { judgedOf } from "./judged.js";
import type { Manifest } from "./manifest.js";
import { assessFields, imageFields } from "./options-rules.js";
import { overlay } from "./overlay.js";
import { rangeFor } from "./ranges.js";

/** How an image is read and judged. */
export interface PredictOptions extends AssessOptions {
  /** The name of the image's class; by default, the model predicts it. */
  readonly class?: string | undefined;
  /** True to draw the image with its heat map. */
  readonly overlay?: boolean | undefined;
  /** Limits for reading the image, and the name that messages use for it. */
  readonly image?: ImageOptions;
}

/** The prediction for one image. A higher score is more anomalous; scores are comparable within one detector only. */
export interface Prediction extends Assessment {
  /** The image with its heat map, a PNG of the image's size; only with the option `overlay`. */
  readonly overlay?: Buffer;
  /** How long each part took, in milliseconds. */
  readonly timing: {
    readonly decode: number;
    readonly encode: number;
    readonly score: number;
    readonly upsample: number;
    /** Drawing the overlay; 0 without it. */
    readonly draw: number;
    readonly total: number;
  };
}

const sourceRule: Rule = (value, path) => {
  const { data, width, height } = (value ?? {}) as Partial<Record<"data" | "width" | "height", unknown>>;
  const isPixels = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  const fits =
    (typeof value === "string" && value !== "") ||
    value instanceof Uint8Array ||
    (isPixels && Number(width) * Number(height) * 3 === data.length);
  if (!fits)
    throw refuse(path, "the path of an image, the bytes of its file, or decoded pixels { width, height, data }", value, "LTAD_SHAPE");
};
const optionsRule = fields({ ...assessFields, overlay: optional(boolean), image: optional(fields(imageFields)) });

/**
 * Judges one image, whose file is read once.
 * @throws LtadError `LTAD_CONFIG` for an unknown class, `LTAD_IMAGE` for an image that cannot be read, `LTAD_NOT_FINITE` for a score that is not a number
 */
export async function predict(model: Model, source: ImageSource, options: PredictOptions = {}): Promise<Prediction> {
  check("predict", { image: source, options }, { image: sourceRule, options: optionsRule });
  const { classes, features } = model.manifest;
  const given = classIndex(classes, options.class);
  const clock = stopwatch<"decode" | "encode" | "score" | "upsample" | "draw">("ms");
  const { input, width, height, pixels } = await modelInput(source, features, {
    ...options.image,
    range: rangeFor(model.manifest, given),
    pixels: options.overlay === true,
    mostPixels: options.mostPixels,
  });
  clock.lap("decode");
  const { assessment, scores } = await assess(model, { input, width, height, given }, options, (part) => clock.lap(part));
  const picture = options.overlay && pixels ? await draw(pixels, scores, assessment, model.manifest) : undefined;
  clock.lap("draw");
  return Object.assign(assessment, {
    ...(picture ? { overlay: picture } : {}),
    timing: { ...clock.parts, draw: picture ? clock.parts.draw : 0, total: clock.total() },
  });
}

/** Draws the overlay, with the map of the prediction if that has the size of the image. */
function draw(
  image: DecodedImage,
  { map, classes: [label = -1] }: Scores,
  maps: Pick<Assessment, "width" | "height" | "map">,
  manifest: Manifest,
): Promise<Buffer> {
  const isWhole = maps.width === image.width && maps.height === image.height;
  const whole = isWhole ? maps.map : resized(map, judgedOf(manifest, label), image);
  return overlay(image, whole, displayRange(whole, manifest.display));
}
