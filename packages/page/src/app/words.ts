import type { Limit, Verdict } from "@ltad/detector/web";

export const number = (value: number): string => value.toPrecision(3);
export const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;

/** One sentence on what a p-value says: how many good images score as high, as exactly as people count. */
export function pValueWords(p: number): string {
  const share = p < 0.01 ? "Fewer than 1 % of" : p > 0.99 ? "Nearly all" : `About ${Math.round(100 * p)} % of`;
  return `${share} good images score this high or higher (p = ${p.toPrecision(2)}).`;
}

/** What a limit rests on, and the share of false alarms that it means. */
export function limitWords({ basis, falseAlarmRate }: Limit): string {
  const rate = `${percent(falseAlarmRate)} of good images are expected above it`;
  if (basis === "promised") return `At most ${rate}.`;
  return basis === "set" ? `Moved by you: about ${rate}.` : `About ${rate}, estimated from the good images of all classes.`;
}

export function verdictWord(verdict: Verdict | undefined): string {
  return verdict === undefined ? "No limit" : verdict.isAnomalous ? "NOT OK" : "OK";
}

/** Why, in a sentence. */
export function reasonWords(verdict: Verdict | undefined, name: string, nearest: string | undefined): string {
  if (verdict === undefined) return "This model has no limits, so it only gives scores.";
  const doubt = nearest === undefined ? "" : ` It looks more like ${nearest}.`;
  if (verdict.isUnlike) return `It does not look like an image of ${name}.${doubt}`;
  return `The score is ${verdict.isAnomalous ? "above" : "within"} the limit of ${name}, ${number(verdict.limit)}.${doubt}`;
}
