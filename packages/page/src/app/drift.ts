import { call } from "./call.js";

interface Shift {
  readonly above: number;
  readonly direction: "higher" | "lower" | null;
}

/** What GET /drift says of a class. */
export interface ClassDrift {
  readonly class: string;
  readonly images: number;
  /** Null while too few images are known. */
  readonly is_drifting: boolean | null;
  readonly score?: Shift;
  readonly distance?: Shift;
}

/** How many recent images a server compares with good ones. */
const enough = 50;

/** Asks a server how the recent images of each class differ from good ones, without the classes for which it cannot say. */
export async function readDrift(address: string, model: string): Promise<readonly ClassDrift[]> {
  const response = await call(`${address}?model=${encodeURIComponent(model)}`).catch(() => undefined);
  return response?.ok ? ((await response.json()) as { classes: ClassDrift[] }).classes : [];
}

/** One line on a class. */
export function driftWords({ images, is_drifting: isDrifting, score, distance }: ClassDrift): string {
  if (isDrifting === null && images < enough) return `Not known yet: ${images} of the ${enough} images that this check needs.`;
  if (isDrifting === null) return "The model has too few good images to tell.";
  if (!isDrifting) return "No. Recent images are like the good ones.";
  const [shift, what] = score?.direction ? [score, "score"] : [distance, "differ from their class"];
  const count = Math.round((shift?.above ?? 0) * images);
  const [many, way] = shift?.direction === "lower" ? [images - count, "less"] : [count, "more"];
  const than = what === "score" ? (way === "more" ? "higher" : "lower") : way;
  return `Yes, or the product has: ${many} of the last ${images} images ${what} ${than} than the median of good images; normally ${enough / 2} are.`;
}
