import { floats, type NdArray, sha256, type Tree } from "@ltad/core";
import type * as tf from "@tensorflow/tfjs";
import { encoderId } from "../named-params.js";
import { sentencePiece, type Vocabulary } from "./sentence-piece.js";
import { type SentenceParams, type SentencePlan, sentenceTransformer } from "./sentence-transformer.js";
import { lookUp, meanRow } from "./token-table.js";

/** A frozen text encoder that takes token embeddings, so that learned tokens go through it and receive gradients. */
export interface TextEncoder {
  readonly name: string;
  /** SHA-256 over weights, vocabulary and graph. */
  readonly id: string;
  /** Length of a token embedding. */
  readonly tokenSize: number;
  /** Length of a text vector. */
  readonly size: number;
  /** Weights without the token table. */
  readonly params: Tree<NdArray>;
  /** Mean of the token table, where learned tokens start. */
  readonly meanToken: Float32Array;
  /** Tokens after this many are left out. */
  readonly maxTokens: number;
  /** Token ids of a text, [] for "", without the special tokens that `forward` puts around them. */
  tokenize(text: string): number[];
  /** Token embeddings [ids, tokenSize]. @throws LtadError `LTAD_SHAPE` for an id outside of the table */
  embed(ids: readonly number[]): NdArray;
  /**
   * Text vectors of unit length; no values are read, so it can be traced and differentiated.
   * @param params {@link TextEncoder.params} as tensors
   * @param tokens [B, L, tokenSize], L from 1
   * @param mask [B, L], 1 for tokens, which come first, and 0 for the padding after them; if omitted, all are tokens
   * @returns [B, size]
   */
  forward(params: Tree<tf.Tensor>, tokens: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor2D;
}

/** What a sentence transformer consists of. */
export interface SentenceWeights {
  readonly params: SentenceParams<NdArray>;
  /** [vocabulary, tokenSize] */
  readonly table: NdArray;
  readonly vocabulary: Vocabulary;
}

/** Changes when `sentenceTransformer` computes something else from the same weights. */
const graphVersion = "sentence-transformer/1";

/** A sentence transformer with these weights as a {@link TextEncoder}. */
export function sentenceEncoder(plan: SentencePlan, { params, table, vocabulary }: SentenceWeights): TextEncoder {
  const { name, tokenSize, size } = plan;
  const rows = floats(table, `${name}: token table`);
  const graph = `${graphVersion} ${JSON.stringify(plan)} ${sha256(JSON.stringify(vocabulary))}`;
  return {
    name,
    id: encoderId(graph, { ...params, table }),
    tokenSize,
    size,
    maxTokens: plan.maxTokens,
    params,
    meanToken: meanRow(rows, tokenSize),
    tokenize: sentencePiece(vocabulary),
    embed: (ids) => lookUp(rows, tokenSize, ids, name),
    forward: (tensors, tokens, mask) => sentenceTransformer(tensors as SentenceParams, tokens, plan, mask),
  };
}
