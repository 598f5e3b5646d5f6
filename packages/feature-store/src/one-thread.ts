import type { RuntimeOptions } from "@ltad/runtime";
import { encodeImage, type ImageEncoder } from "./encode-image.js";
import type { FrozenEncoder } from "./features-id.js";
import { openEncoder } from "./open-encoder.js";

/**
 * Opens an encoder that works on this thread, one image after the other. The network blocks the thread and uses all cores; decoding at the same time
 * made both slower (docs/decisions/0006).
 */
export async function openOneThread(encoder: FrozenEncoder, options?: RuntimeOptions): Promise<ImageEncoder> {
  const program = await openEncoder(encoder, options);
  return { atOnce: 1, encode: (image) => encodeImage(program, encoder.spec, image), close: () => program.dispose() };
}
