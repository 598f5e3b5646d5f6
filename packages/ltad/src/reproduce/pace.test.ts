import { expectClose } from "@ltad/core/testing";
import { expect, it } from "vitest";
import { secondsOfEncoding, secondsOfTraining, type Trial, type Work } from "./pace.js";

/** A machine whose times follow the model exactly. */
function run(work: Work, steps: number): Trial {
  const { classes, encoded, small, images } = work;
  return {
    ...work,
    steps,
    timing: {
      weights: 4,
      encode: 1 + 0.05 * encoded,
      copies: 0.2 * classes + 0.3 * small,
      statistics: 0.1 * classes + 0.01 * images,
      phase1: 0,
      phase2: 2 + 0.001 * images + 0.07 * steps,
      calibrate: 0.4 * classes + 0.02 * images,
      write: 0.5 * classes,
    },
  };
}

const [six, twentyFour] = [
  { classes: 2, encoded: 6, small: 6, images: 12 },
  { classes: 2, encoded: 24, small: 24, images: 84 },
];

it("finds the time of a large training from small ones", () => {
  const trials = [run(six, 2), run(twentyFour, 2), run(twentyFour, 8)] as const;
  const work: Work = { classes: 15, encoded: 734, small: 300, images: 1400 };
  const { encode, ...expected } = run(work, 200).timing;
  expectClose([secondsOfEncoding(trials)], [0.05], { rtol: 1e-9, atol: 0 });
  const seconds = Object.values(expected).reduce((sum, part) => sum + part, 0);
  expectClose([secondsOfTraining(trials, work, { phase1: 500, phase2: 200 })], [seconds], { rtol: 1e-9, atol: 0 });
  expect(encode).toBeGreaterThan(0);
});

it("never takes less for more, however noisy the clock", () => {
  const [few, more] = [run(six, 2), run(twentyFour, 2)];
  const faster = { ...more, timing: { ...more.timing, copies: 0, statistics: 0, phase2: 0, calibrate: 0, write: 0 } };
  const trials = [few, faster, faster] as const;
  const at = (images: number) =>
    secondsOfTraining(trials, { classes: 2, encoded: images, small: images, images }, { phase1: 9, phase2: 9 });
  expect(at(1000)).toBeGreaterThanOrEqual(at(6));
});
