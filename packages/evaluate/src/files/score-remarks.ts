import { similarClasses } from "@ltad/data";

interface Row {
  readonly class: string;
  readonly line: number;
  /** Empty where the file has no name for it. */
  readonly image: string;
  /** The name of a defect in place of a label. */
  readonly kind: string | undefined;
}

/** Sentences about anything unusual in the rows of a score file. */
export function rowRemarks(images: readonly Row[]): string[] {
  return [...repeated(images), ...kinds(images), ...similarClasses(images.map((row) => row.class))];
}

/** Rows that name an image which an earlier row of the class names. */
function repeated(images: readonly Row[]): string[] {
  const first = new Map<string, number>();
  const pairs: string[] = [];
  for (const { image, class: className, line } of images) {
    if (image === "") continue;
    const key = JSON.stringify([className, image]);
    const before = first.get(key);
    if (before === undefined) first.set(key, line);
    else pairs.push(`${image} of ${className} in lines ${before} and ${line}`);
  }
  if (pairs.length === 0) return [];
  const more = pairs.length > 3 ? `; and ${pairs.length - 3} more` : "";
  return [`an image is named more than once, and every row counts: ${pairs.slice(0, 3).join("; ")}${more}. Remove the duplicate rows.`];
}

/** Words in place of labels. */
function kinds(images: readonly Row[]): string[] {
  const names = [...new Set(images.flatMap(({ kind }) => kind ?? []))];
  if (names.length === 0) return [];
  return [`labels that are names of defects count as anomalies: ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", ..." : ""}.`];
}
