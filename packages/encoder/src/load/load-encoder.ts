import { LtadError } from "@ltad/core";
import { type FolderOptions, type FolderSource, type ModelFolder, openFolder } from "@ltad/hub";
import { loadEfficientNetB0 } from "../image/load-efficient-net-b0.js";
import { loadUseLite } from "../text/load-use-lite.js";
import type { TextEncoder } from "../text/text-encoder.js";
import type { EncoderKind } from "./catalogue.js";
import { type EncoderSource, parseSource } from "./encoder-source.js";
import { type AnyImageEncoder, type ImageFolderOptions, openImageFolder } from "./image-folder.js";
import { openTextFolder } from "./text-folder.js";

/** How an encoder is found, fetched and read. */
export interface LoadOptions extends FolderOptions, ImageFolderOptions {}

/** Both encoders of a pair, or the only one that a model has. */
export interface LoadedEncoder {
  readonly image?: AnyImageEncoder;
  readonly text?: TextEncoder;
}

/**
 * Loads an image encoder, and downloads it first if it is not on this disk.
 * @param source a short name of the {@link catalogue} such as "efficientnet-b0", a path, `owner/name@revision` on the Hugging Face hub,
 *   `https://...#sha256=...`, `npm:package@version/folder`, or the parsed form of one of them
 * @throws LtadError `LTAD_CONFIG` when the text is not a source, `LTAD_DATA` when a path does not exist, `LTAD_FETCH` when a download fails,
 *   `LTAD_WRITE` when its files cannot be stored, `LTAD_WEIGHTS` when they are not an image encoder
 */
export async function loadImageEncoder(source: string | EncoderSource, options: LoadOptions = {}): Promise<AnyImageEncoder> {
  const parsed = typeof source === "string" ? parseSource(source) : source;
  if (parsed.kind !== "package") return openedBy((model) => openImageFolder(model, options), parsed, options);
  if (parsed.name === "efficientnet-b0") return loadEfficientNetB0(options);
  throw otherKindError(parsed.name, "image");
}

/** Loads a text encoder, such as "use-lite" or "align-base"; see {@link loadImageEncoder}. */
export async function loadTextEncoder(source: string | EncoderSource, options: LoadOptions = {}): Promise<TextEncoder> {
  const parsed = typeof source === "string" ? parseSource(source) : source;
  if (parsed.kind !== "package") return openedBy(openTextFolder, parsed, options);
  if (parsed.name === "use-lite") return loadUseLite(options);
  throw otherKindError(parsed.name, "text");
}

/**
 * Loads all encoders of a source: both of a pair such as ALIGN, or the only one of another model.
 * @throws LtadError as {@link loadImageEncoder}; for a model without any encoder, the reason why it is not an image encoder
 */
export async function loadEncoder(source: string | EncoderSource, options: LoadOptions = {}): Promise<LoadedEncoder> {
  const image = await attempt(loadImageEncoder(source, options));
  const text = await attempt(loadTextEncoder(source, options));
  if (image.error && text.error) throw image.error;
  return { ...(image.value && { image: image.value }), ...(text.value && { text: text.value }) };
}

/** Returns the error of a model that is not an encoder of this kind, and throws every other one. */
async function attempt<T>(load: Promise<T>): Promise<{ value?: T; error?: LtadError }> {
  try {
    return { value: await load };
  } catch (error) {
    if (error instanceof LtadError && error.details["otherKind"] === true) return { error };
    throw error;
  }
}

/** Opens a model with the function for its kind, and reports when it is ready. */
async function openedBy<T>(open: (model: ModelFolder) => Promise<T>, source: FolderSource, options: LoadOptions): Promise<T> {
  const encoder = await open(await openFolder(source, options));
  if (source.kind === "hub") options.onFetch?.({ status: "ready", name: source.repository });
  return encoder;
}

function otherKindError(source: string, wanted: EncoderKind): LtadError {
  return new LtadError(
    "LTAD_WEIGHTS",
    `${source}: expected ${wanted === "text" ? "a text encoder, received an image encoder" : "an image encoder, received a text encoder"}. "ltad encoders list" shows both kinds.`,
  );
}
