import { LtadError } from "@ltad/core";
import { type FolderOptions, type FolderSource, type ModelFolder, openFolder } from "@ltad/hub";
import { loadEfficientNetB0 } from "../image/load-efficient-net-b0.js";
import { loadUseLite } from "../text/load-use-lite.js";
import type { TextEncoder } from "../text/text-encoder.js";
import type { EncoderKind } from "./catalogue.js";
import { type EncoderSource, parseSource } from "./encoder-source.js";
import { type AnyImageEncoder, type ImageFolderOptions, openImageFolder } from "./image-folder.js";
import { openTextFolder } from "./text-folder.js";

/** How an encoder is found and read. */
export interface LoadOptions extends FolderOptions, ImageFolderOptions {}

/** Both halves of a pair, or the one that a model has. */
export interface LoadedEncoder {
  readonly image?: AnyImageEncoder;
  readonly text?: TextEncoder;
}

/**
 * An image encoder: "efficientnet-b0", "align-base", "dinov2-small", a path, `owner/name@revision` on the hub, `https://...#sha256=...`,
 * `npm:package@version/folder`, or any of them spelt out.
 * @throws LtadError `LTAD_CONFIG` for what is no source, `LTAD_DATA` for a path that is not there, `LTAD_FETCH`, `LTAD_WRITE`, `LTAD_WEIGHTS`
 */
export async function loadImageEncoder(source: string | EncoderSource, options: LoadOptions = {}): Promise<AnyImageEncoder> {
  const parsed = typeof source === "string" ? parseSource(source) : source;
  if (parsed.kind !== "package") return openedBy((model) => openImageFolder(model, options), parsed, options);
  if (parsed.name === "efficientnet-b0") return loadEfficientNetB0(options);
  throw otherKindError(parsed.name, "image");
}

/** A text encoder: "use-lite", "align-base", a path and so on; see {@link loadImageEncoder}. */
export async function loadTextEncoder(source: string | EncoderSource, options: LoadOptions = {}): Promise<TextEncoder> {
  const parsed = typeof source === "string" ? parseSource(source) : source;
  if (parsed.kind !== "package") return openedBy(openTextFolder, parsed, options);
  if (parsed.name === "use-lite") return loadUseLite(options);
  throw otherKindError(parsed.name, "text");
}

/**
 * What a source has: both halves of ALIGN, else the image or the text encoder that it is.
 * @throws LtadError as {@link loadImageEncoder}; when it is neither, why it is no image encoder
 */
export async function loadEncoder(source: string | EncoderSource, options: LoadOptions = {}): Promise<LoadedEncoder> {
  const image = await attempt(loadImageEncoder(source, options));
  const text = await attempt(loadTextEncoder(source, options));
  if (image.error && text.error) throw image.error;
  return { ...(image.value && { image: image.value }), ...(text.value && { text: text.value }) };
}

/** A model that is no encoder of a kind is one thing, one that is damaged or cannot be fetched another. */
async function attempt<T>(load: Promise<T>): Promise<{ value?: T; error?: LtadError }> {
  try {
    return { value: await load };
  } catch (error) {
    if (error instanceof LtadError && error.details["otherKind"] === true) return { error };
    throw error;
  }
}

/** Opens a model with what knows its kind, and tells when it is ready. */
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
