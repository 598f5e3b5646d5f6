import { checkAnswer, type Detector, openDetector } from "@ltad/detector";
import { plural, short } from "@ltad/core/format";
import { type Finding, messageOf, ok, note, wrong } from "./finding.js";

/** Whether both graphs of a model load and still answer what they answered when the model was trained. */
export async function examineModel(folder: string): Promise<Finding[]> {
  let detector: Detector;
  try {
    detector = await openDetector(folder);
  } catch (error) {
    return [wrong("model", messageOf(error), "Copy the model again from where it was trained, or train it again.")];
  }
  const { producer, classes } = detector.manifest;
  const loaded = ok("model", `${folder}: both graphs load, ${plural(classes.length, "class", "classes")}, written by ${producer}`);
  try {
    return [loaded, await answerOf(detector)];
  } catch (error) {
    return [loaded, wrong("answer", messageOf(error), "Train the model again, and report this.")];
  } finally {
    await detector.dispose();
  }
}

async function answerOf(detector: Detector): Promise<Finding> {
  const result = await checkAnswer(detector);
  if (!result) return note("answer", "the model stores no checksum of its answer", "A newly trained model has one.");
  const { same, found, stored } = result;
  if (same) return ok("answer", `same checksum as after training: score ${short(found.score)}, map ${short(found.mapSum)}`);
  const value = `score ${short(found.score)} and map ${short(found.mapSum)}; after training they were ${short(stored.score)} and ${short(stored.mapSum)}`;
  return wrong(
    "answer",
    value,
    "This machine computes different results. Update ltad and Node.js; if that does not help, report it with this output.",
  );
}
