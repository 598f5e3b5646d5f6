import { shown } from "@ltad/core/format";
import type { Colours } from "../../progress/colours.js";

/** What a verdict looks like to programs; all null for a model that has no limits. */
export interface VerdictFields {
  readonly verdict: "OK" | "NOT OK" | null;
  /** The image is not OK above this score. */
  readonly limit: number | null;
  /** Share of good images that would score as high. */
  readonly p_value: number | null;
  /** Whether the limit is promised by good images of the class, estimated from those of all classes, or set by hand. */
  readonly basis: "promised" | "estimated" | "set" | null;
  /** Whether the image is further from its class than good images are. */
  readonly unlike_class: boolean | null;
  /** The class that the image is nearest to, where it is not OK and that is not the given one. */
  readonly nearest_class: string | null;
}

/** What is said about an image. */
export interface JudgedFields extends VerdictFields {
  readonly file: string;
  readonly score: number;
  readonly class: string;
  /** False when the model chose the class. */
  readonly class_given: boolean;
  /** How far the image is from its class; null for models that do not say it. */
  readonly distance: number | null;
}

/** The answer for one image in a line: `NOT OK  143.5  limit 17.4  p < 0.004  brick (predicted)  a.png`. */
export function verdictLine(line: JudgedFields, colours: Colours): string {
  const of = `${line.class}${line.class_given ? "" : " (predicted)"}`;
  const score = scoreText(line.score);
  const file = shown(line.file);
  if (line.verdict === null || line.limit === null || line.p_value === null) return `${score.padStart(9)}  ${of}  ${file}`;
  const colour = line.verdict === "OK" ? colours.green : colours.red;
  const parts = [score.padStart(6), `limit ${four(line.limit)}`, pText(line.p_value, line.verdict === "NOT OK").padEnd(9)];
  const unlike = line.unlike_class || line.nearest_class !== null ? [unlikeText(line)] : [];
  return [colour(line.verdict.padEnd(6)), ...parts, of, ...unlike, file].join("  ");
}

/** Why an image is not OK, as a sentence without its end. */
export function reasonOf(line: JudgedFields): string {
  if (line.unlike_class) return unlikeText(line);
  return `score ${scoreText(line.score)} is above the limit ${four(line.limit ?? Number.NaN)} (${pText(line.p_value ?? 1, true)})`;
}

function unlikeText({ class: name, class_given: isGiven, unlike_class: isUnlike, nearest_class: nearest }: JudgedFields): string {
  if (!isGiven) return "unlike every class of this model";
  if (nearest === null) return `unlike the given class ${name}`;
  return isUnlike ? `unlike the given class ${name}, nearer to ${nearest}` : `nearer to ${nearest} than to the given class ${name}`;
}

/** What is above the limit is rarer than p among good images; p is rounded up to one digit. */
function pText(p: number, isAbove: boolean): string {
  if (!isAbove) return `p = ${Number(p.toPrecision(2))}`;
  const unit = 10 ** Math.floor(Math.log10(p));
  return `p < ${Number((Math.ceil(p / unit + 1e-9) * unit).toPrecision(1))}`;
}

/** Four digits, zeros too; large scores as whole numbers. */
function scoreText(score: number): string {
  return Math.abs(score) < 9999.5 ? score.toPrecision(4) : String(Math.round(score));
}

function four(value: number): string {
  return String(Number(value.toPrecision(4)));
}
