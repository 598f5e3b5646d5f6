import { float32, LtadError, type NdArray } from "@ltad/core";
import { check, having, listOf, string } from "@ltad/core/check";
import { f32, jit } from "@ltad/jit";
import type { TextEncoder } from "./text-encoder.js";

// Shapes: B texts, L tokens of the longest in a group, D token size, S size of a text vector.

/** The ids of a text, and its index among all texts. */
interface Row {
  readonly place: number;
  readonly ids: readonly number[];
}

/**
 * Computes the vectors of texts of any length. Texts of similar length run together, so that a long text does not pad all others to its length.
 * @returns [B, S], rows of unit length
 * @throws LtadError `LTAD_SHAPE` for a text without a token
 */
export async function textVectors(encoder: TextEncoder, texts: readonly string[]): Promise<NdArray> {
  check("textVectors", { encoder, texts }, { encoder: having("a text encoder", "tokenize", "embed", "forward"), texts: listOf(string, 1) });
  const rows = texts.map((text, place) => ({ place, ids: encoder.tokenize(text).slice(0, encoder.maxTokens) }));
  const empty = rows.find(({ ids }) => ids.length === 0);
  if (empty) {
    const text = JSON.stringify(texts[empty.place]);
    throw new LtadError("LTAD_SHAPE", `${encoder.name}: text ${empty.place} (${text}) contains no tokens. Leave it out.`);
  }
  const vectors: (readonly [Row, Float32Array])[] = [];
  for (const group of groupsOf(rows)) vectors.push(...(await encodeGroup(encoder, group)));
  const size = vectors[0]![1].length;
  const all = float32([texts.length, size]);
  for (const [{ place }, vector] of vectors) all.data.set(vector, place * size);
  return all;
}

/** Groups of rows with up to 8, 16, 32, ... tokens. Except for the shortest texts, less than half of a group is padding. */
export function groupsOf(rows: readonly Row[]): Row[][] {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const limit = Math.max(8, 2 ** Math.ceil(Math.log2(row.ids.length)));
    groups.set(limit, [...(groups.get(limit) ?? []), row]);
  }
  return [...groups.values()];
}

async function encodeGroup(encoder: TextEncoder, group: readonly Row[]): Promise<(readonly [Row, Float32Array])[]> {
  const { tokens, mask } = batchOf(encoder, group);
  const [batch, length] = mask.shape as [number, number];
  const program = await jit(
    (inputs, { text }) => ({ vectors: encoder.forward(text, inputs.tokens, inputs.mask) }),
    { tokens: f32(batch, length, encoder.tokenSize), mask: f32(batch, length) },
    { constants: { text: encoder.params } },
  );
  try {
    const { vectors } = await program.run({ tokens, mask });
    const size = vectors.data.length / group.length;
    return group.map((row, b) => [row, vectors.data.slice(b * size, (b + 1) * size) as Float32Array] as const);
  } finally {
    await program.dispose();
  }
}

/** The rows of ids as one batch, padded at the end: tokens [B, L, D] and mask [B, L]. */
function batchOf(encoder: TextEncoder, rows: readonly Row[]): { tokens: NdArray; mask: NdArray } {
  const { tokenSize } = encoder;
  const length = Math.max(1, ...rows.map(({ ids }) => ids.length));
  const tokens = float32([rows.length, length, tokenSize]);
  const mask = float32([rows.length, length]);
  for (const [b, { ids }] of rows.entries()) {
    tokens.data.set(encoder.embed(ids).data, b * length * tokenSize);
    mask.data.fill(1, b * length, b * length + ids.length);
  }
  return { tokens, mask };
}
