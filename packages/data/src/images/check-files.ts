import { stat } from "node:fs/promises";
import { eachAtOnce, isLtadError, type JobOptions, type LtadError } from "@ltad/core";
import { damagedError } from "./open-image.js";
import { defaultMaxPixels, type ImageOptions } from "./image-limits.js";
import { loadMask } from "./load-mask.js";
import { checkMaskSize } from "./mask-size.js";
import { openImage, readImageHeader } from "./open-image.js";

/** An image that a job is going to use, and its mask. */
export interface FileToCheck {
  readonly file: string;
  /** One file, or the parts of one mask. */
  readonly mask?: string | readonly string[] | undefined;
  /** "full" decodes every pixel and so finds files that end early; "header" reads kind and size. */
  readonly depth: "header" | "full";
}

/** A file that cannot be used. */
export interface BadFile {
  /** Path of the image or the mask. */
  readonly file: string;
  /** Place of the image in the list that was checked. */
  readonly index: number;
  readonly isMask: boolean;
  readonly error: LtadError<"LTAD_IMAGE" | "LTAD_MASK">;
}

/** What {@link checkFiles} has found. */
export interface CheckedFiles {
  /** In the order of the list. */
  readonly bad: readonly BadFile[];
  /** Images of several pages or frames, of which only the first is used. */
  readonly pages: readonly { readonly file: string; readonly pages: number }[];
}

/** Limits of images, and which files are known to be whole. */
export interface CheckFilesOptions extends JobOptions, ImageOptions {
  /** Files that were decoded before and have not changed since, by {@link fileState}; new ones are added. They are not decoded again. */
  readonly known?: Map<string, string>;
}

/**
 * Opens every file of a job before its work begins, decodes those that are not known to be whole, and finds all that cannot be used.
 * An image is decoded as a stream, so a large one takes little memory.
 * @throws LtadError `LTAD_ABORTED`; bad files are results, not errors
 */
export async function checkFiles(files: readonly FileToCheck[], options: CheckFilesOptions = {}): Promise<CheckedFiles> {
  const bad: BadFile[] = [];
  const pages: { file: string; pages: number; index: number }[] = [];
  let done = 0;
  const attempt = async (index: number, file: string, isMask: boolean, check: () => Promise<void>) => {
    try {
      await check();
      return true;
    } catch (error) {
      if (!isFileError(error)) throw error;
      bad.push({ file, index, isMask, error });
      return false;
    }
  };
  const check = async (item: FileToCheck, index: number) => {
    const whole = await attempt(index, item.file, false, async () => {
      const found = await checkImage(item, options);
      if (found > 1) pages.push({ file: item.file, pages: found, index });
    });
    for (const mask of whole ? [item.mask ?? []].flat() : []) await attempt(index, mask, true, () => checkMask(item, mask, options));
    options.onProgress?.({ phase: "check", done: ++done, total: files.length, unit: "images" });
  };
  await eachAtOnce(files, check, { signal: options.signal, atOnce: 4 });
  const inOrder = <T extends { readonly index: number }>(list: T[]) => list.sort((a, b) => a.index - b.index);
  return { bad: inOrder(bad), pages: inOrder(pages).map(({ file, pages: count }) => ({ file, pages: count })) };
}

/** Size and time of a file as text, which differs after a change of the file. */
export async function fileState(file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  return `${size} ${mtimeMs}`;
}

/** @returns its number of pages */
async function checkImage({ file, depth }: FileToCheck, options: CheckFilesOptions): Promise<number> {
  const header = await readImageHeader(file, limitsOf(options));
  if (depth === "full") await once(file, options, () => decodeAll(file, options));
  return header.pages;
}

async function checkMask({ file, depth }: FileToCheck, mask: string, options: CheckFilesOptions): Promise<void> {
  const { width, height, orientation } = await readImageHeader(file, limitsOf(options));
  const expected = { width, height, orientation, image: file };
  checkMaskSize(mask, await readImageHeader(mask, limitsOf(options)), expected);
  if (depth === "full") await once(mask, options, async () => void (await loadMask(mask, expected, limitsOf(options))));
}

/** Runs a check unless the file is known to have passed it. */
async function once(file: string, { known }: CheckFilesOptions, check: () => Promise<void>): Promise<void> {
  if (!known) return check();
  const state = await fileState(file);
  if (known.get(file) === state) return;
  await check();
  known.set(file, state);
}

/** Decodes every pixel and keeps a few of them. */
async function decodeAll(file: string, options: CheckFilesOptions): Promise<void> {
  const image = await openImage(file, limitsOf(options));
  try {
    await image.stored().resize(8, 8, { fit: "fill", kernel: "linear", fastShrinkOnLoad: false }).raw().toBuffer();
  } catch (error) {
    throw damagedError(image.name, image.header.format, options.maxPixels ?? defaultMaxPixels, error);
  }
}

function limitsOf({ maxBytes, maxPixels }: ImageOptions): ImageOptions {
  return { ...(maxBytes !== undefined && { maxBytes }), ...(maxPixels !== undefined && { maxPixels }) };
}

function isFileError(error: unknown): error is BadFile["error"] {
  return isLtadError(error) && (error.code === "LTAD_IMAGE" || error.code === "LTAD_MASK");
}
