import { float32, LtadError, type NdArray } from "@ltad/core";
import { f32, jit } from "@ltad/jit";
import type { TextEncoder } from "./text-encoder.js";

// Shapes: B texts, L tokens of the longest, D token size, S size of a text vector.

/**
 * Vectors of texts of any lengths, through one compiled graph.
 * @returns [B, S], rows of unit length
 * @throws LtadError `LTAD_SHAPE` for a text without a token
 */
export async function textVectors(encoder: TextEncoder, texts: readonly string[]): Promise<NdArray> {
  const ids = texts.map((text) => encoder.tokenize(text).slice(0, encoder.maxTokens));
  const empty = ids.findIndex((row) => row.length === 0);
  if (empty >= 0)
    throw new LtadError("LTAD_SHAPE", `${encoder.name}: text ${empty} (${JSON.stringify(texts[empty])}) contains no tokens. Leave it out.`);
  const { tokens, mask } = batchOf(encoder, ids);
  const [batch, length] = mask.shape as [number, number];
  const program = await jit(
    (inputs, { text }) => ({ vectors: encoder.forward(text, inputs.tokens, inputs.mask) }),
    { tokens: f32(batch, length, encoder.tokenSize), mask: f32(batch, length) },
    { constants: { text: encoder.params } },
  );
  try {
    return (await program.run({ tokens, mask })).vectors;
  } finally {
    await program.dispose();
  }
}

/** Rows of ids side by side, padded at the end: tokens [B, L, D] and mask [B, L]. */
function batchOf(encoder: TextEncoder, ids: readonly (readonly number[])[]): { tokens: NdArray; mask: NdArray } {
  const { tokenSize } = encoder;
  const length = Math.max(1, ...ids.map((row) => row.length));
  const tokens = float32([ids.length, length, tokenSize]);
  const mask = float32([ids.length, length]);
  for (const [b, row] of ids.entries()) {
    tokens.data.set(encoder.embed(row).data, b * length * tokenSize);
    mask.data.fill(1, b * length, b * length + row.length);
  }
  return { tokens, mask };
}
