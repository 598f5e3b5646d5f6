/** AUROC as a paper states it, between 0 and 1; null where no source that could be read has the number. */
export interface PublishedPair {
  readonly image: number | null;
  readonly pixel: number | null;
}

/** What a paper states of one method on one split. */
export interface PublishedRow {
  readonly method: string;
  /** Whether the method is told the class of a test image. */
  readonly class_given: boolean;
  readonly avg: PublishedPair;
  readonly high: PublishedPair;
  readonly low: PublishedPair;
}

/** Where numbers come from, in one sentence for the user. */
export interface PublishedTable {
  readonly source: string;
  readonly rows: readonly PublishedRow[];
}

const source =
  "LTOAD project page (ICCV 2025, github.com/ca-joe-yang/ca-joe-yang.github.io, resource/projects/LTOAD), table 2, which repeats LTAD's numbers (CVPR 2024): means over the 15 classes.";

const splits = ["exp100", "exp200", "step100", "step200"] as const;

type Cells = readonly [image: number, pixel: number] | null;

/** Image and pixel AUROC in % on MVTec AD, in the order of {@link splits}; null where the method has no number there. */
const mvtecAvg: readonly (readonly [method: string, classGiven: boolean, cells: readonly Cells[]])[] = [
  ["LTAD", true, pairs(88.86, 94.46, 86.05, 94.18, 87.36, 93.83, 85.6, 92.12)],
  ["LTOAD", false, pairs(93.42, 95.21, 92.02, 94.94, 92.33, 95.11, 88.62, 94.0)],
  ["LTOAD*", true, pairs(93.12, 95.01, 91.88, 94.36, 92.02, 94.72, 87.95, 93.34)],
  ["HVQ-Trans", true, pairs(87.43, 95.25, 85.34, 94.79, 85.39, 94.17, 83.0, 92.61)],
  ["UniAD", false, pairs(87.7, 93.95, 86.21, 93.26, 83.37, 91.47, 81.32, 92.29)],
  ["MoEAD", false, pairs(84.73, 94.34, 83.23, 93.96, 84.4, 93.76, 83.13, 92.76)],
  ["AnomalyGPT", true, pairs(87.44, 89.68, 85.8, 90.15, 85.95, 89.28, 82.47, 89.45)],
  ["RegAD", true, [[82.43, 95.2], null, [81.54, 95.1], null]],
];

function pairs(...numbers: readonly number[]): Cells[] {
  return splits.map((_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!]);
}

const unknown: PublishedPair = { image: null, pixel: null };

/** What is known of a split of MVTec AD: means over all classes; High and Low could not be found. */
export function publishedMvtec(split: string): PublishedTable | null {
  const place = splits.findIndex((name) => name === split);
  if (place < 0) return null;
  const rows = mvtecAvg.map(([method, class_given, cells]): PublishedRow => {
    const found = cells[place];
    const avg = found ? { image: share(found[0]), pixel: share(found[1]) } : unknown;
    return { method, class_given, avg, high: unknown, low: unknown };
  });
  return { source, rows };
}

/** The split is one of the paper's, but its numbers could not be found: a row of dashes says so. */
export function nothingPublished(why: string): PublishedTable {
  return { source: why, rows: [{ method: "LTAD", class_given: true, avg: unknown, high: unknown, low: unknown }] };
}

/** 88.86 % as 0.8886, without the digits of a division. */
function share(percent: number): number {
  return Number((percent / 100).toFixed(4));
}
