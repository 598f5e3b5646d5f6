import { eachAtOnce, isLtadError, type JobOptions, LtadError } from "@ltad/core";
import { decodeImage } from "../images/decode-image.js";
import { faultKinds } from "../images/fault-kinds.js";
import type { ImageOptions } from "../images/image-limits.js";
import { checkMaskSize } from "../images/mask-size.js";
import { type ImageHeader, readImageHeader } from "../images/open-image.js";
import { type Dataset, masksOf, type TestItem, type TrainItem } from "./dataset.js";

/** Options of {@link checkDataset}. */
export interface CheckOptions extends JobOptions, ImageOptions {
  /** "header" (default) reads kind and size; "full" decodes every pixel and so finds files that end early. */
  readonly depth?: "header" | "full";
}

/** Upright size of every image, by id. */
export type ImageSizes = ReadonlyMap<string, Pick<ImageHeader, "width" | "height">>;

/**
 * Opens every image and mask, so that a bad file is found before a long job starts.
 * @returns the size of every image
 * @throws LtadError of the first bad file (`LTAD_IMAGE`, `LTAD_MASK`); when there are more, with their number and names (`details.files`)
 */
export async function checkDataset(dataset: Dataset, options: CheckOptions = {}): Promise<ImageSizes> {
  const items: (TrainItem | TestItem)[] = dataset.classes.flatMap(({ train, test }) => [...train, ...test]);
  const faults: FileError[] = [];
  const sizes = new Map<string, Pick<ImageHeader, "width" | "height">>();
  let done = 0;
  const check = async (item: TrainItem | TestItem) => {
    try {
      sizes.set(item.id, await checkItem(item, options));
    } catch (error) {
      if (!isFileError(error)) throw error;
      faults.push(error);
    }
    options.onProgress?.({ phase: "check images", done: ++done, total: items.length, unit: "images" });
  };
  await eachAtOnce(items, check, { signal: options.signal });
  if (faults.length > 0) throw summary(faults);
  return sizes;
}

async function checkItem(item: TrainItem | TestItem, options: CheckOptions): Promise<Pick<ImageHeader, "width" | "height">> {
  const { width, height, orientation } = await open(item.file, options);
  for (const mask of "label" in item ? masksOf(item) : [])
    checkMaskSize(mask, await open(mask, options), { width, height, orientation, image: item.file });
  return { width, height };
}

async function open(file: string, { depth, maxBytes, maxPixels }: CheckOptions) {
  const limits = { ...(maxBytes === undefined ? {} : { maxBytes }), ...(maxPixels === undefined ? {} : { maxPixels }) };
  if (depth === "full") await decodeImage(file, limits);
  const { width, height, orientation } = await readImageHeader(file, limits);
  return { width, height, orientation };
}

/** What a file that cannot be used is refused with. */
type FileError = LtadError<"LTAD_IMAGE" | "LTAD_MASK">;

function isFileError(error: unknown): error is FileError {
  return isLtadError(error) && (error.code === "LTAD_IMAGE" || error.code === "LTAD_MASK");
}

function summary(faults: readonly FileError[]): FileError {
  const [first, ...more] = [...faults].sort((a, b) => (a.message < b.message ? -1 : 1)) as [FileError, ...FileError[]];
  if (more.length === 0) return first;
  const same = faultKinds([first, ...more].map((error) => ({ error })))[0]!.faults.length - 1;
  const said = [some(same, "the same problem"), some(more.length - same, "other problems")].filter((text) => text !== "");
  const files = [first, ...more].map(({ details }) => details.file);
  return new LtadError<FileError["code"]>(first.code, `${first.message} ${said.join(", and ")}.`, {
    cause: first,
    details: { ...first.details, files },
  });
}

function some(files: number, problem: string): string {
  return files === 0 ? "" : `${files} more file${files > 1 ? "s have" : " has"} ${problem}`;
}
