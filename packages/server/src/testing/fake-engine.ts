import { LtadError } from "@ltad/core";
import type { Engine } from "../engine.js";
import type { Answer, Job } from "../messages.js";

/** An engine that answers immediately from the job itself, for tests of the HTTP side; `jobs` keeps what it was sent. */
export function fakeEngine(overrides: Partial<Engine> = {}): Engine & { readonly jobs: Job[] } {
  const jobs: Job[] = [];
  return {
    jobs,
    model: {
      classes: ["tile", "nut"],
      created: "2026-01-01T00:00:00.000Z",
      producer: "test",
      preset: "recommended",
      encoder: "sample",
      inputSize: 32,
      grid: 2,
    },
    ready: () => true,
    assertRoom: () => {},
    close: async () => {},
    predict: async (job) => {
      jobs.push(job);
      return answerTo(job);
    },
    ...overrides,
  };
}

function answerTo(job: Job): Answer {
  const text = Buffer.from(job.image).toString();
  if (text.startsWith("bug")) throw new TypeError("secret detail");
  if (!text.startsWith("PNG")) throw new LtadError("LTAD_IMAGE", "image: this is a text file. Use PNG, JPEG, WebP, TIFF or GIF.");
  if (job.class && !["tile", "nut"].includes(job.class))
    throw new LtadError("LTAD_CONFIG", `class: expected one of tile, nut, received ${job.class}.`);
  const [width, height] = job.map === "image" ? [4, 3] : [2, 2];
  return {
    score: 1.25,
    class: job.class ?? "nut",
    classGiven: job.class !== undefined,
    width: 4,
    height: 3,
    ...(job.map === "none" ? {} : { map: { width, height, data: Float32Array.from({ length: width * height }, (_, i) => i / 3) } }),
    ...(job.heatmap ? { heatmap: Buffer.from("overlay") } : {}),
    timing: { total: 2 },
  };
}
