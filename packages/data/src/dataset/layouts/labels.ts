import { nfc } from "../folder.js";
import { isGoodWord } from "../words.js";

const bad = new Set(["1", "true", "yes", "bad", "ng", "nok", "anomaly", "anomalous", "abnormal", "defect", "defective", "fail", "failed"]);

/** A label of a table as "good" or the name of a defect. */
export function labelOf(text: string, goodNames: readonly string[]): string {
  const label = nfc(text.trim());
  const lower = label.toLowerCase();
  if (goodNames.some((name) => nfc(name) === label) || isGoodWord(label) || /^(?:0|0\.0|false|no)$/.test(lower)) return "good";
  return bad.has(lower) || lower === "1.0" ? "defect" : label;
}
