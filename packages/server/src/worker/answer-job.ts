import { type Detector, mapPng16, type Prediction } from "@ltad/detector";
import { jsonNumbers } from "../json-numbers.js";
import type { Answer, AnswerMap, Decision, Job, WorkerOptions } from "../messages.js";
import { TooLarge } from "./too-large.js";

/** Values of a map that may be sent as text, and as float32: a map of a large photograph would be hundreds of megabytes. */
export const mostValues = { text: 1_000_000, numbers: 4_000_000, png: Number.POSITIVE_INFINITY } as const;

/** Judges one image. @throws LtadError `LTAD_IMAGE`, `LTAD_CONFIG`, `LTAD_NOT_FINITE`; TooLarge for the map of a large image */
export async function answerJob(detector: Detector, job: Job, { maxPixels, falseAlarmRate, limits }: WorkerOptions): Promise<Answer> {
  const size = job.map === "image" ? "original" : "grid";
  const image = job.image instanceof Uint8Array ? job.image : { ...job.image };
  const options = {
    class: job.class,
    size,
    overlay: job.heatmap,
    falseAlarmRate: job.falseAlarmRate ?? falseAlarmRate,
    limits,
    image: { maxPixels, name: "image" },
  } as const;
  const began = Date.now();
  const found = await detector.predict(image, options);
  return {
    score: found.score,
    class: found.class,
    classGiven: found.classGiven,
    ...decisionOf(found),
    ...(found.distance !== undefined && { distance: found.distance }),
    ...found.image,
    ...(job.map !== "none" && (await mapsOf(found, job, detector.manifest))),
    ...(found.overlay ? { heatmap: found.overlay } : {}),
    began,
    timing: found.timing,
  };
}

function decisionOf({ verdict, nearestClass }: Prediction): Decision {
  if (!verdict) return {};
  const { limit: threshold, pValue, isAnomalous, basis, isUnlike } = verdict;
  return { threshold, pValue, isAnomalous, basis, isUnlike, ...(nearestClass !== undefined && { nearestClass }) };
}

/** A picture of a part covers the values of its own map: the range of the bundle is that of S. */
async function mapsOf(found: Prediction, { mapAs = "numbers", parts }: Job, { display }: Detector["manifest"]) {
  const values = found.map.length * (parts ? 3 : 1);
  if (values > mostValues[mapAs]) throw new TooLarge(advice(values, mapAs));
  const map = await written(found.map, found, mapAs, display);
  if (!parts) return { map };
  return { map, parts: { rec: await written(found.recMap, found, mapAs), sem: await written(found.semMap, found, mapAs) } };
}

async function written(
  map: Float32Array,
  { width, height }: Prediction,
  as: NonNullable<Job["mapAs"]>,
  display?: Detector["manifest"]["display"],
): Promise<AnswerMap> {
  if (as === "numbers") return { width, height, data: map };
  if (as === "text") return { width, height, data: Buffer.from(JSON.stringify(jsonNumbers(map))) };
  const { png, low, high } = await mapPng16(map, width, height, display);
  return { width, height, data: png, low, high };
}

function advice(values: number, as: "numbers" | "text" | "png"): string {
  const form = as === "text" ? "as JSON" : "as float32";
  const other = as === "text" ? "as float32, as a 16-bit PNG, or on the model's grid" : "as a 16-bit PNG, or on the model's grid";
  return `The map of this image has ${values} values, and ${mostValues[as]} are the most that can be sent ${form}. Request it ${other}.`;
}
