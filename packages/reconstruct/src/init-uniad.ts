import { float32, type NdArray, type Rng } from "@ltad/core";
import { initLinear } from "@ltad/jit/nn";
import { initAttention } from "./attention.js";
import { initNorm } from "./norm.js";
import { checkHeads, layersOf } from "./layers.js";
import type { DecoderLayer, EncoderLayer, MaskedAttentions, UniadParams } from "./uniad.js";

/** UniAD's transformer, the paper's likely Pi (O). */
export interface UniadConfig {
  readonly kind: "uniad";
  /** D, channels of a token */
  readonly channels: number;
  /** rows and columns of the grid */
  readonly grid: readonly [rows: number, columns: number];
  /** W; 256 */
  readonly width?: number;
  /** 8 */
  readonly heads?: number;
  /** 4 */
  readonly encoderLayers?: number;
  /** 4 */
  readonly decoderLayers?: number;
  /** inner width of the feed-forward parts; 1024 */
  readonly hidden?: number;
  /** height and width of the window that attention may not see, or false; [7, 7] */
  readonly neighbours?: readonly [height: number, width: number] | false;
  /** which attentions the window is blocked in; all three */
  readonly masked?: MaskedAttentions;
}

/**
 * Fresh parameters as the official initialiser makes them: Xavier-uniform maps with bias 0, row and column embeddings U(0, 1), queries N(0, 1).
 * @throws LtadError `LTAD_CONFIG` when the heads do not divide the width, or the width is odd
 */
export function initUniad(config: UniadConfig, rng: Rng): UniadParams<NdArray> {
  const { channels, grid, width = 256, heads = 8, encoderLayers = 4, decoderLayers = 4, hidden = 1024 } = config;
  checkHeads(width, heads, 2);
  const [rows, columns] = grid;
  const half = width / 2;
  return {
    input_proj: initLinear(channels, width, rng),
    output_proj: initLinear(width, channels, rng),
    pos_embed: {
      row_embed: { weight: float32([rows, half], rng.uniforms(rows * half)) },
      col_embed: { weight: float32([columns, half], rng.uniforms(columns * half)) },
    },
    transformer: {
      encoder: { layers: layersOf(encoderLayers, () => initEncoderLayer(width, hidden, rng)) },
      decoder: { layers: layersOf(decoderLayers, () => initDecoderLayer(rows * columns, width, hidden, rng)), norm: initNorm(width) },
    },
  };
}

/** A layer of one attention and one feed-forward part, each with its norm. */
export function initEncoderLayer(width: number, hidden: number, rng: Rng): EncoderLayer<NdArray> {
  return {
    self_attn: initAttention(width, rng),
    linear1: initLinear(width, hidden, rng),
    linear2: initLinear(hidden, width, rng),
    norm1: initNorm(width),
    norm2: initNorm(width),
  };
}

function initDecoderLayer(tokens: number, width: number, hidden: number, rng: Rng): DecoderLayer<NdArray> {
  return {
    ...initEncoderLayer(width, hidden, rng),
    learned_embed: { weight: float32([tokens, width], rng.normals(tokens * width)) },
    multihead_attn: initAttention(width, rng),
    norm3: initNorm(width),
  };
}
