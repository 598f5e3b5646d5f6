import { floats, type NdArray, sha256, type Tree } from "@ltad/core";
import type * as tf from "@tensorflow/tfjs";
import { encoderId } from "../named-params.js";
import { sentencePiece, type Vocabulary } from "./sentence-piece.js";
import { type SentenceParams, type SentencePlan, sentenceTransformer } from "./sentence-transformer.js";
import { lookUp, meanRow } from "./token-table.js";

/** A frozen text encoder. It takes token embeddings rather than ids, so that learned tokens receive gradients. */
export interface TextEncoder {
  readonly name: string;
  /** The SHA-256 of weights, vocabulary and graph. */
  readonly id: string;
  /** The length of a token embedding. */
  readonly tokenSize: number;
  /** The length of a text vector. */
  readonly size: number;
  /** The weights without the token table. */
  readonly params: Tree<NdArray>;
  /** The mean of the token table, [tokenSize]; learned tokens start around it. */
  readonly meanToken: Float32Array;
  /** Tokens beyond this many are ignored. */
  readonly maxTokens: number;
  /** The token ids of a text, [] for "", without the special tokens that `forward` adds. */
  tokenize(text: string): number[];
  /** The embeddings of some ids, [ids, tokenSize]. @throws LtadError `LTAD_SHAPE` for an id outside of the table */
  embed(ids: readonly number[]): NdArray;
  /**
   * Computes text vectors of unit length. It reads no values, so it can be traced and differentiated.
   * @param params {@link TextEncoder.params} as tensors
   * @param tokens [B, L, tokenSize], L >= 1
   * @param mask [B, L], 1 for tokens, which come first, and 0 for the padding after them; if omitted, all are tokens
   * @returns [B, size]
   */
  forward(params: Tree<tf.Tensor>, tokens: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor2D;
}

/** The parts of a sentence transformer. */
export interface SentenceWeights {
  readonly params: SentenceParams<NdArray>;
  /** [vocabulary, tokenSize] */
  readonly table: NdArray;
  readonly vocabulary: Vocabulary;
}

/** Must change when `sentenceTransformer` computes something else from the same weights. */
const graphVersion = "sentence-transformer/1";

/** Makes a {@link TextEncoder} from the plan and the weights of a sentence transformer. */
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
