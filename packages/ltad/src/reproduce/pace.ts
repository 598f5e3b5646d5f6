import type { TrainTiming } from "@ltad/train";

/** What a training has to do. */
export interface Work {
  readonly classes: number;
  /** Images that are encoded. */
  readonly encoded: number;
  /** Those of classes that turned copies may join. */
  readonly small: number;
  /** Images to learn from, with the copies that joined. */
  readonly images: number;
}

/** A small training: what it did, its steps of each phase, and the seconds of its parts. */
export interface Trial extends Work {
  readonly steps: number;
  readonly timing: TrainTiming;
}

/** Three trainings that differ from one to the next in one thing: the second has more images, the third more steps. */
export type Trials = readonly [few: Trial, more: Trial, longer: Trial];

/** What each part does for every class, and the images whose number it depends on. */
const ofImages = { copies: "small", statistics: "images", calibrate: "images", write: "images" } as const;

/** Seconds to encode one image. */
export function secondsOfEncoding([few, more]: Trials): number {
  if (more.encoded === few.encoded) return more.timing.encode / more.encoded;
  return slope(few.timing.encode, more.timing.encode, more.encoded - few.encoded);
}

/**
 * Seconds of a training whose images are encoded, from small ones: each part takes a time for each class, for each image and for each step.
 * @param steps of both phases
 */
export function secondsOfTraining(trials: Trials, work: Work, steps: { readonly phase1: number; readonly phase2: number }): number {
  const [few, more, longer] = trials;
  const parts = (Object.keys(ofImages) as (keyof typeof ofImages)[]).map((part) => {
    const unit = ofImages[part];
    const each = slope(few.timing[part], more.timing[part], more[unit] - few[unit]);
    const base = Math.max(0, few.timing[part] - each * few[unit]);
    return (work.classes / few.classes) * base + work[unit] * each;
  });
  const phases = (["phase1", "phase2"] as const).map((phase) => {
    const step = slope(more.timing[phase], longer.timing[phase], longer.steps - more.steps);
    const each = slope(few.timing[phase], more.timing[phase], more.images - few.images);
    const base = Math.max(0, few.timing[phase] - step * few.steps - each * few.images);
    return base + steps[phase] * step + work.images * each;
  });
  return few.timing.weights + [...parts, ...phases].reduce((sum, part) => sum + part, 0);
}

/** A clock is noisy; no part takes less for more work. */
function slope(before: number, after: number, difference: number): number {
  return difference > 0 ? Math.max(0, (after - before) / difference) : 0;
}
