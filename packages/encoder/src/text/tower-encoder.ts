import { float32, LtadError, type NdArray, sha256 } from "@ltad/core";
import { linear, type Linear, unitLength } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import { encoderId } from "../named-params.js";
import { bert, type BertParams, type BertPlan } from "./bert.js";
import { clipText, type ClipTextParams, type ClipTextPlan } from "./clip-text.js";
import { frameTokens } from "./framed-tokens.js";
import { leastLength, pool, type Pooling } from "./pooling.js";
import type { TextEncoder } from "./text-encoder.js";
import type { TextTokenizer } from "./tokenizer.js";
import { lookUp, meanRow } from "./token-table.js";

// Shapes: B texts, L tokens without the special ones, D token size, W width of the tower (= D), S size of a text vector.

/** What the weights of a text model (the tower) do not determine. */
export interface TowerPlan {
  readonly name: string;
  readonly tower: ({ readonly kind: "bert" } & BertPlan) | ({ readonly kind: "clip" } & ClipTextPlan);
  readonly pooling: Pooling;
  /** How many positions the model has; two of them are for the special tokens. */
  readonly positions: number;
}

/** The weights of a {@link TowerPlan}. */
export type TowerParams<T = tf.Tensor> = {
  /** The word vectors of the special tokens before and after a text, [D] each. */
  readonly special: { readonly begin: T; readonly end: T };
  readonly tower: BertParams<T> | ClipTextParams<T>;
  /** [S, W], with or without a bias */
  readonly projection?: { readonly weight: T; readonly bias?: T };
};

/** The parts of a tower's encoder. */
export interface TowerWeights {
  readonly tower: BertParams<NdArray> | ClipTextParams<NdArray>;
  readonly projection?: { readonly weight: NdArray; readonly bias?: NdArray };
  /** [vocabulary, D] */
  readonly table: NdArray & { readonly data: Float32Array };
  readonly tokenizer: TextTokenizer;
  /** Represents the tokenizer in the encoder's id. */
  readonly tokenizerJson: string;
}

/** Must change when the same weights give different numbers. */
const graphVersion = "tower/1";

/** Makes a {@link TextEncoder} from a BERT or a CLIP text model: special tokens, the model, pooling, projection, and scaling to unit length. */
export function towerEncoder(plan: TowerPlan, { tower, projection, table, tokenizer, tokenizerJson }: TowerWeights): TextEncoder {
  const { name } = plan;
  const tokenSize = table.shape[1]!;
  const row = (id: number) => float32([tokenSize], lookUp(table.data, tokenSize, [id], name).data);
  const special = { begin: row(tokenizer.special.begin), end: row(tokenizer.special.end) };
  const params: TowerParams<NdArray> = { special, tower, ...(projection && { projection }) };
  let id: string | undefined;
  return {
    name,
    get id() {
      return (id ??= encoderId(`${graphVersion} ${JSON.stringify(plan)} ${sha256(tokenizerJson)}`, { ...params, table }));
    },
    tokenSize,
    size: projection ? projection.weight.shape[0]! : tokenSize,
    maxTokens: plan.positions - 2,
    params,
    meanToken: meanRow(table.data, tokenSize),
    tokenize: (text) => tokenizer.tokenize(text),
    embed: (ids) => lookUp(table.data, tokenSize, ids, name),
    forward: (tensors, tokens, mask) => unitLength(textFeatures(tensors as TowerParams, tokens, mask, plan), leastLength),
  };
}

/**
 * Computes text features before they are scaled to unit length.
 * @param tokens [B, L, D] word vectors without the special tokens; tokens beyond the last position are ignored
 * @param mask [B, L], 1 for tokens, which come first, and 0 for padding; if undefined, all are tokens
 * @returns [B, S]
 */
export function textFeatures(params: TowerParams, tokens: tf.Tensor3D, mask: tf.Tensor2D | undefined, plan: TowerPlan): tf.Tensor2D {
  const [, length, size] = tokens.shape;
  const width = params.special.begin.shape[0];
  if (length < 1 || size !== width) throw tokensError(plan.name, width, tokens.shape);
  const kept = Math.min(length, plan.positions - 2);
  const framed = frameTokens(params.special, tokens.slice([0, 0, 0], [-1, kept, -1]), mask?.slice([0, 0], [-1, kept]));
  const pooled = pool(hiddenStates(params.tower, framed.words, framed.mask, plan), framed, plan.pooling); // [B, W]
  return params.projection ? project(params.projection, pooled) : pooled;
}

function hiddenStates(params: TowerParams["tower"], words: tf.Tensor3D, mask: tf.Tensor2D | undefined, { tower }: TowerPlan): tf.Tensor3D {
  if (tower.kind === "clip") return clipText(params as ClipTextParams, words, tower);
  return bert(params as BertParams, words, mask, tower).at(-1)!;
}

function project({ weight, bias }: NonNullable<TowerParams["projection"]>, x: tf.Tensor2D): tf.Tensor2D {
  if (bias) return linear<tf.Rank.R2>({ weight, bias } satisfies Linear, x);
  return tf.matMul<tf.Tensor2D>(x, weight, false, true);
}

function tokensError(name: string, width: number, received: readonly number[]): LtadError {
  const message = `${name}: expected tokens [texts, 1 or more, ${width}], received [${received.join(", ")}].`;
  return new LtadError("LTAD_SHAPE", message, { details: { received } });
}
