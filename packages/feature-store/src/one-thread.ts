import { openProgram } from "@ltad/runtime";
import { encodeImage, type ImageEncoder } from "./encode-image.js";
import type { FrozenEncoder } from "./features-id.js";

/**
 * Encodes on this thread, one image after the other: the network blocks the thread and uses all cores, and a decode beside it made both
 * slower (docs/decisions/0006).
 */
export async function openOneThread({ graph, spec }: FrozenEncoder): Promise<ImageEncoder> {
  const program = await openProgram(graph);
  return { atOnce: 1, encode: (image) => encodeImage(program, spec, image), close: () => program.dispose() };
}
