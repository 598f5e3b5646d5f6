import { LtadError } from "@ltad/core";
import type { Engine } from "../engine/engine.js";
import type { Answer, Job, ModelInfo } from "../messages.js";

/** What the fake model says about itself. */
export const fakeModel: ModelInfo = {
  classes: ["tile", "nut"],
  created: "2026-01-01T00:00:00.000Z",
  producer: "test",
  preset: "recommended",
  encoder: "sample",
  inputSize: 32,
  grid: 2,
  identity: "1",
  answersAsTrained: true,
  decides: false,
};

/** An engine that answers immediately from the job itself, for tests of the HTTP side; `jobs` keeps what it was sent. */
export function fakeEngine(overrides: Partial<Engine> = {}): Engine & { readonly jobs: Job[] } {
  const jobs: Job[] = [];
  return {
    jobs,
    model: fakeModel,
    processes: 1,
    ready: () => true,
    admit: () => ({ release: () => {} }),
    load: () => ({ places: 0, waiting: 0, working: 0, ready: 1, processes: 1, restarts: 0 }),
    close: async () => {},
    predict: async (job) => {
      jobs.push(job);
      return { ...answerTo(job, overrides.model?.decides ?? false), waited: 0 };
    },
    ...overrides,
  };
}

function answerTo({ image, class: name, map, mapAs = "numbers", heatmap, parts }: Job, decides: boolean): Answer {
  const text = image instanceof Uint8Array ? Buffer.from(image).toString() : "PNG pixels";
  if (text.startsWith("bug")) throw new TypeError("secret detail");
  if (!text.startsWith("PNG")) throw new LtadError("LTAD_IMAGE", "image: this is a text file. Use PNG, JPEG, WebP, TIFF or GIF.");
  const [width, height] = map === "image" ? [4, 3] : [2, 2];
  const numbers = Float32Array.from({ length: width * height }, (_, i) => i / 3);
  const written = Buffer.from(JSON.stringify(Array.from(numbers, (value) => Number(value.toPrecision(7)))));
  const data = { numbers, text: written, png: Buffer.from("grey") }[mapAs];
  const ofS = { width, height, data, ...(mapAs === "png" ? { low: 0.5, high: 2 } : {}) };
  return {
    score: 1.25,
    class: name ?? "nut",
    classGiven: name !== undefined,
    ...(decides ? { threshold: 1, pValue: 0.01, isAnomalous: true, basis: "promised", isUnlike: false } : {}),
    width: 4,
    height: 3,
    ...(map === "none" ? {} : { map: ofS }),
    ...(parts ? { parts: { rec: { ...ofS, low: 3 }, sem: { ...ofS, low: 4 } } } : {}),
    ...(heatmap ? { heatmap: Buffer.from("overlay") } : {}),
    timing: { total: 2 },
  };
}
