import { eachAtOnce } from "@ltad/core";
import type { JobOptions } from "@ltad/core";
import type { ImageOptions } from "../images/image-limits.js";
import { loadMask } from "../images/load-mask.js";
import { maskRemarks } from "../images/mask-remarks.js";
import { readImageHeader } from "../images/open-image.js";
import { byCodePoint } from "../internal/by-code-point.js";
import { checkDataset, type ImageSizes } from "./check-dataset.js";
import { type ClassData, type Dataset, isGood, masksOf, type TestItem } from "./dataset.js";

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
  /** What is odd about its masks, in sentences. */
  readonly remarks: readonly string[];
}

/**
 * Counts, image sizes and mask coverage of every class. Opens every header and decodes every mask.
 * @throws LtadError as {@link checkDataset}
 */
export async function datasetStatistics(dataset: Dataset, options: JobOptions & ImageOptions = {}): Promise<ClassCounts[]> {
  const sizes = await checkDataset(dataset, options);
  const { signal, onProgress, ...limits } = options;
  const masked = dataset.classes.flatMap(({ name, test }) => test.filter(({ mask }) => mask !== undefined).map((item) => ({ name, item })));
  let done = 0;
  const remarks = new Map(dataset.classes.map(({ name }) => [name, maskRemarks(name)]));
  const coverage = async ({ name, item }: (typeof masked)[number]) => {
    const [image, first] = [await readImageHeader(item.file, limits), await readImageHeader(masksOf(item)[0]!, limits)];
    const { width, height, orientation } = image;
    const mask = await loadMask(item.mask!, { width, height, orientation, image: item.file }, limits);
    remarks.get(name)!.add(item.id, mask, { image, mask: first });
    onProgress?.({ phase: "read masks", done: ++done, total: masked.length, unit: "masks" });
    return mask.data.reduce((sum, v) => sum + v, 0) / mask.data.length;
  };
  const coverages = await eachAtOnce(masked, coverage, { signal });
  const coverageOf = new Map(masked.map(({ item }, i) => [item.id, coverages[i]!]));
  return dataset.classes.map((data) => ({ ...classCounts(data, sizes, coverageOf), remarks: remarks.get(data.name)!.warnings() }));
}

function classCounts(data: ClassData, sizes: ImageSizes, coverageOf: ReadonlyMap<string, number>): Omit<ClassCounts, "remarks"> {
  const all = [...data.train, ...data.test].flatMap(({ id }) => sizes.get(id) ?? []);
  const defective = data.test.filter((item) => !isGood(item));
  const names = [...new Set(defective.map(({ label }) => label))].sort(byCodePoint);
  return {
    name: data.name,
    train: data.train.length,
    testGood: data.test.length - defective.length,
    testDefect: defective.length,
    width: spread(all.map(({ width }) => width)) as Spread,
    height: spread(all.map(({ height }) => height)) as Spread,
    sizes: new Set(all.map(({ width, height }) => `${width}x${height}`)).size,
    defects: names.map((name) => defectStatistics(name, defective, coverageOf)),
  };
}

function defectStatistics(name: string, defective: readonly TestItem[], coverageOf: ReadonlyMap<string, number>): DefectStatistics {
  const items = defective.filter(({ label }) => label === name);
  const covered = items.flatMap(({ id }) => coverageOf.get(id) ?? []);
  return { name, images: items.length, masks: covered.length, coverage: spread(covered) };
}

function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  return { min: Math.min(...values), mean: values.reduce((a, b) => a + b, 0) / values.length, max: Math.max(...values) };
}
