import { sha256 } from "@ltad/core";
import { checkAnswer, type Detector, usualOf } from "@ltad/detector";
import type { ModelInfo } from "../messages.js";

/**
 * Runs a bundle that was just opened, and describes it. The run makes the first request as fast as the others, and a bundle that answers no
 * numbers is found here and not by its users.
 * @throws LtadError `LTAD_NOT_FINITE`, `LTAD_BUNDLE`
 */
export async function describeModel(detector: Detector): Promise<ModelInfo> {
  const { created, producer, preset, encoder, features } = detector.manifest;
  const side = features.inputSize;
  const grey = { width: side, height: side, data: new Uint8Array(side * side * 3).fill(128) };
  const tried = await detector.predict(grey, { size: "grid" });
  const check = await checkAnswer(detector);
  return {
    classes: detector.classes,
    created,
    producer,
    preset,
    encoder: encoder.name,
    inputSize: side,
    grid: features.grid,
    identity: sha256(JSON.stringify(detector.manifest)).slice(0, 16),
    answersAsTrained: check && check.same,
    decides: tried.verdict !== undefined,
    ...(detector.manifest.decision && { usual: usualOf(detector.manifest) }),
  };
}
