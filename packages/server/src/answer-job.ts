import { type Detector, displayRange, overlay, readPixels, upsampleBilinear } from "@ltad/detector";
import type { Answer, AnswerMap, Job, ModelInfo } from "./messages.js";

/** Judges one image. @throws LtadError `LTAD_IMAGE`, `LTAD_CONFIG` */
export async function answerJob(detector: Detector, job: Job, maxPixels: number): Promise<Answer> {
  const limits = { maxPixels, name: "image" };
  const {
    score,
    class: name,
    classGiven,
    image,
    timing,
    ...grid
  } = await detector.predict(job.image, { class: job.class, size: "grid", image: limits });
  const start = performance.now();
  const full = job.heatmap || job.map === "image" ? enlarged(grid, image) : undefined;
  const map = job.map === "image" ? full : job.map === "grid" ? picked(grid) : undefined;
  const heatmap = job.heatmap && full ? await draw(detector, job.image, full, limits) : undefined;
  const drawing = full ? { draw: Math.round(100 * (performance.now() - start)) / 100 } : {};
  return {
    score,
    class: name,
    classGiven,
    ...image,
    ...(map ? { map } : {}),
    ...(heatmap ? { heatmap } : {}),
    timing: { ...timing, ...drawing },
  };
}

/** What the server tells of the model. */
export function describeModel({ manifest, classes }: Detector): ModelInfo {
  const { created, producer, preset, encoder, features } = manifest;
  return { classes, created, producer, preset, encoder: encoder.name, inputSize: features.inputSize, grid: features.grid };
}

type GridMap = { readonly width: number; readonly height: number; readonly map: Float32Array };

function picked({ width, height, map }: GridMap): AnswerMap {
  return { width, height, data: map };
}

function enlarged(grid: GridMap, { width, height }: { width: number; height: number }): AnswerMap {
  return { width, height, data: upsampleBilinear(grid.map, grid.height, grid.width, height, width) };
}

async function draw(
  detector: Detector,
  image: Uint8Array,
  { data }: AnswerMap,
  limits: { maxPixels: number; name: string },
): Promise<Uint8Array> {
  return overlay(await readPixels(image, limits), data, displayRange(data, detector.manifest.display));
}
