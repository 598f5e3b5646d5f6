import { eachAtOnce, isLtadError, type JobOptions } from "@ltad/core";
import type { ImageOptions } from "../images/image-limits.js";
import type { Mask } from "../images/load-mask.js";
import { readImageHeader } from "../images/open-image.js";
import { byCodePoint } from "../internal/by-code-point.js";
import { type ClassData, type Dataset, isGood, type TestItem } from "./dataset.js";
import { type HeaderFacts, remarkOnClass } from "./examine/class-remarks.js";
import { examineMasks } from "./examine/examine-masks.js";
import { type ItemFault, remarkOnFaults, unusableImage } from "./examine/remark-on-faults.js";
import { orderedLines, type Remark, type RemarkLine, remarks } from "./remarks.js";

/** Smallest, mean and largest of some numbers. */
export interface Spread {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

/** One kind of defect of one class. */
export interface DefectStatistics {
  readonly name: string;
  readonly images: number;
  readonly masks: number;
  /** Share of the image that is defect, over the masks; null without masks. */
  readonly coverage: Spread | null;
}

/** The images of one class, counted and measured. */
export interface ClassCounts {
  readonly name: string;
  readonly train: number;
  readonly testGood: number;
  readonly testDefect: number;
  readonly width: Spread;
  readonly height: Spread;
  /** Number of different sizes. */
  readonly sizes: number;
  readonly defects: readonly DefectStatistics[];
}

/** The images of every class, counted and measured, with remarks. */
export interface DatasetStatistics {
  readonly classes: readonly ClassCounts[];
  readonly remarks: readonly Remark[];
  /** The same in sentences, the important ones first. */
  readonly lines: readonly RemarkLine[];
  /** How many images and masks cannot be used; the numbers do not include them. */
  readonly unusable: number;
}

/**
 * Counts, image sizes and mask coverage of every class. Opens every header and decodes every mask. Its remarks are worded as
 * those of `examineDataset`, which also reads the pixels.
 */
export async function datasetStatistics(dataset: Dataset, options: JobOptions & ImageOptions = {}): Promise<DatasetStatistics> {
  const found = remarks();
  found.all.push(...dataset.remarks);
  const { headers, faults } = await readHeaders(dataset, options);
  remarkOnFaults(faults, found, unusableImage);
  const coverageOf = new Map<string, number>();
  const onMask = ({ id }: TestItem, { data }: Mask) => void coverageOf.set(id, data.reduce((sum, v) => sum + v, 0) / data.length);
  const masks = await examineMasks(dataset, found, { ...options, onMask });
  const classes = dataset.classes.map((data) => {
    const own = [...data.train, ...data.test].flatMap(({ id }) => headers.get(id) ?? []);
    remarkOnClass(data, own, found);
    return classCounts(data, own, coverageOf);
  });
  return { classes, remarks: found.all, lines: orderedLines(found.all), unusable: faults.length + masks.unusable };
}

/** The header of every image, by id, and the images that have none. */
async function readHeaders({ classes }: Dataset, options: JobOptions & ImageOptions) {
  const items = classes.flatMap(({ name, train, test }) => [...train, ...test].map((item) => ({ ...item, class: name })));
  const [headers, faults] = [new Map<string, HeaderFacts>(), [] as ItemFault[]];
  let done = 0;
  const read = async ({ id, file, class: name }: (typeof items)[number]) => {
    try {
      headers.set(id, { id, ...(await readImageHeader(file, options)) });
    } catch (error) {
      if (!isLtadError(error) || error.code !== "LTAD_IMAGE") throw error;
      faults.push({ id, class: name, error });
    }
    options.onProgress?.({ phase: "read headers", done: ++done, total: items.length, unit: "images" });
  };
  await eachAtOnce(items, read, { signal: options.signal });
  return { headers, faults };
}

function classCounts(data: ClassData, headers: readonly HeaderFacts[], coverageOf: ReadonlyMap<string, number>): ClassCounts {
  const defective = data.test.filter((item) => !isGood(item));
  const names = [...new Set(defective.map(({ label }) => label))].sort(byCodePoint);
  return {
    name: data.name,
    train: data.train.length,
    testGood: data.test.length - defective.length,
    testDefect: defective.length,
    width: spread(headers.map(({ width }) => width)) ?? none,
    height: spread(headers.map(({ height }) => height)) ?? none,
    sizes: new Set(headers.map(({ width, height }) => `${width}x${height}`)).size,
    defects: names.map((name) => defectStatistics(name, defective, coverageOf)),
  };
}

/** Of a class without an image that can be read. */
const none: Spread = { min: 0, mean: 0, max: 0 };

function defectStatistics(name: string, defective: readonly TestItem[], coverageOf: ReadonlyMap<string, number>): DefectStatistics {
  const items = defective.filter(({ label }) => label === name);
  const covered = items.flatMap(({ id }) => coverageOf.get(id) ?? []);
  return { name, images: items.length, masks: covered.length, coverage: spread(covered) };
}

function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  return { min: Math.min(...values), mean: values.reduce((a, b) => a + b, 0) / values.length, max: Math.max(...values) };
}
