import { nfc } from "../folder.js";
import { isGoodWord, isMaybeGoodWord } from "../words.js";

const bad = new Set(["1", "true", "yes", "bad", "ng", "nok", "anomaly", "anomalous", "abnormal", "defect", "defective", "fail", "failed"]);

/** A label of a table as "good" or the name of a defect. */
export function labelOf(text: string, goodNames: readonly string[]): string {
  const label = nfc(text.trim());
  const lower = label.toLowerCase();
  if (goodNames.some((name) => nfc(name) === label) || isGoodWord(label) || /^(?:0|0\.0|false|no)$/.test(lower)) return "good";
  return bad.has(lower) || lower === "1.0" ? "defect" : label;
}

/** Whether a label that is read as the name of a defect may mean that there is none, or that nobody knows: none, -, N/A, nein, ?, negative. */
export function mayMeanGood(label: string): boolean {
  return isMaybeGoodWord(label) || /^(?:none|nil|nan|null|-+|–|—|n\/?a|nein|keine?r?|non|aucun|nope|\?+|unknown|unlabell?ed)$/i.test(label);
}
