import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ClassDecision, Evaluation } from "@ltad/evaluate";
import { type Finding, note, ok } from "./finding.js";

/** Whether the good test images of the last `ltad eval` were like those that the limits come from; nothing without an evaluation. */
export async function examineEvaluation(folder: string): Promise<Finding[]> {
  const decisions = await readFile(join(folder, "metrics.json"), "utf8").then(decisionsOf, () => undefined);
  const compared = decisions?.filter(({ shift_p_value: p }) => p !== null) ?? [];
  if (compared.length === 0) return [];
  if (await isChangedSince(folder))
    return [
      note(
        "test images",
        "the model's limits were changed after the last evaluation",
        "Run ltad eval MODEL DATA again to see how they do.",
      ),
    ];
  const shifted = compared.filter((one) => one.is_shifted);
  if (shifted.length === 0) return [ok("test images", "good test images are like the good images that the limits come from")];
  const classes = shifted.map(({ class: name, shift_p_value: p }) => `${name} (p ${p! < 0.001 ? "< 0.001" : `= ${p!.toPrecision(1)}`})`);
  return [
    note(
      "test images",
      `good test images differ from the good images that the limits come from: ${classes.join(", ")}`,
      "No false-alarm rate is promised for these classes. Take their limits from new good images: ltad limits MODEL --from FOLDER.",
    ),
  ];
}

/** `ltad limits` has written the model after `ltad eval` has read it. */
async function isChangedSince(folder: string): Promise<boolean> {
  const [model, metrics] = await Promise.all(["model.json", "metrics.json"].map((name) => stat(join(folder, name))));
  return model!.mtimeMs > metrics!.mtimeMs;
}

/** Undefined for a file that is not as `ltad eval` writes it, or of a model without limits. */
function decisionsOf(text: string): readonly ClassDecision[] | undefined {
  try {
    const { decisions } = JSON.parse(text) as Partial<Evaluation>;
    return Array.isArray(decisions)
      ? decisions.filter((one) => typeof (one as Partial<ClassDecision> | null)?.class === "string")
      : undefined;
  } catch {
    return undefined;
  }
}
