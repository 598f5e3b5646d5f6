import type { Detector } from "@ltad/detector";
import type { Answer, Job, ModelInfo } from "../messages.js";

/** Judges one image. @throws LtadError `LTAD_IMAGE`, `LTAD_CONFIG` */
export async function answerJob(detector: Detector, job: Job, maxPixels: number): Promise<Answer> {
  const size = job.map === "image" ? "original" : "grid";
  const options = { class: job.class, size, overlay: job.heatmap, image: { maxPixels, name: "image" } } as const;
  const { score, class: name, classGiven, image, width, height, map, overlay, timing } = await detector.predict(job.image, options);
  return {
    score,
    class: name,
    classGiven,
    ...image,
    ...(job.map === "none" ? {} : { map: { width, height, data: map } }),
    ...(overlay ? { heatmap: overlay } : {}),
    timing,
  };
}

/** What the server says about its model. */
export function describeModel({ manifest, classes }: Detector): ModelInfo {
  const { created, producer, preset, encoder, features } = manifest;
  return { classes, created, producer, preset, encoder: encoder.name, inputSize: features.inputSize, grid: features.grid };
}
