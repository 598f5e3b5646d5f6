import { LtadError } from "@ltad/core";
import type { FetchOptions } from "../fetch/fetch-options.js";
import { urlFile } from "../fetch/url-file.js";
import { loadEfficientNetB0 } from "../image/load-efficient-net-b0.js";
import { loadUseLite } from "../text/load-use-lite.js";
import type { TextEncoder } from "../text/text-encoder.js";
import type { EncoderKind } from "./catalogue.js";
import { type EncoderSource, parseSource } from "./encoder-source.js";
import { type ModelFolder, openFolder } from "./folder.js";
import { hubFolder } from "./hub-folder.js";
import { type AnyImageEncoder, type ImageFolderOptions, openImageFolder } from "./image-folder.js";
import { npmFolder } from "./npm-folder.js";
import { openTextFolder } from "./text-folder.js";

/** How an encoder is found and read. */
export interface LoadOptions extends FetchOptions, ImageFolderOptions {}

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
  if (parsed.kind !== "package") return openImageFolder(await folderOf(parsed, "image", options), options);
  if (parsed.name === "efficientnet-b0") return loadEfficientNetB0(options);
  throw otherKind(parsed.name, "image");
}

/** A text encoder: "use-lite", "align-base", a path and so on; see {@link loadImageEncoder}. */
export async function loadTextEncoder(source: string | EncoderSource, options: LoadOptions = {}): Promise<TextEncoder> {
  const parsed = typeof source === "string" ? parseSource(source) : source;
  if (parsed.kind !== "package") return openTextFolder(await folderOf(parsed, "text", options));
  if (parsed.name === "use-lite") return loadUseLite(options);
  throw otherKind(parsed.name, "text");
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

async function folderOf(
  source: Exclude<EncoderSource, { kind: "package" }>,
  kind: EncoderKind,
  options: LoadOptions,
): Promise<ModelFolder> {
  if (source.kind === "hub") return hubFolder(source, kind, options);
  if (source.kind === "npm") return npmFolder(source, options);
  return openFolder(source.kind === "url" ? await urlFile(source, options) : source.path);
}

function otherKind(source: string, wanted: EncoderKind): LtadError {
  return new LtadError(
    "LTAD_WEIGHTS",
    `${source}: this is no ${wanted} encoder, but the other kind. "ltad encoders list" shows which there are.`,
  );
}
