import { listOf, type NdArray } from "@ltad/core";
import type { LinearIO } from "../text/linear-io.js";
import type { ScaleBias, SentenceParams } from "../text/sentence-transformer.js";

type Rows = number[][];

/** The sentence transformer as its definition says, in loops over one text and in double precision. */
export function plainSentenceTransformer(params: SentenceParams<NdArray>, tokens: Rows, heads: number): number[] {
  let x = tokens.map((token, l) => token.map((value, d) => 2 * value + params.positions.data[l * token.length + d]!));
  for (const p of listOf(params.layers)) {
    const qkv = norm(x, p.attentionNorm).map((row) => linear(row, p.qkv));
    const around = p.residual ? x.map((row) => linear(row, p.residual!)) : x;
    const attended = attention(qkv, heads).map((row) => linear(row, p.output));
    const y = add(around, attended);
    const hidden = norm(y, p.feedForwardNorm).map((row) => linear(row, p.hidden).map((value) => Math.max(0, value)));
    x = add(
      y,
      hidden.map((row) => linear(row, p.back)),
    );
  }
  const mean = x[0]!.map((_, d) => x.reduce((sum, row) => sum + row[d]!, 0) / x.length);
  const out = linear(mean, params.head).map(Math.tanh);
  const length = Math.hypot(...out);
  return out.map((value) => value / length);
}

function attention(qkv: Rows, heads: number): Rows {
  const size = qkv[0]!.length / 3;
  const perHead = size / heads;
  const part = (row: number[], which: number, head: number) =>
    row.slice(which * size + head * perHead, which * size + (head + 1) * perHead);
  return qkv.map((row) =>
    Array.from({ length: heads }, (_, head) => {
      const query = part(row, 0, head);
      const scores = qkv.map((other) => Math.exp(dot(query, part(other, 1, head)) / Math.sqrt(perHead)));
      const total = scores.reduce((sum, score) => sum + score, 0);
      return query.map((_, k) => qkv.reduce((sum, other, m) => sum + (scores[m]! / total) * part(other, 2, head)[k]!, 0));
    }).flat(),
  );
}

function norm(x: Rows, { scale, bias }: ScaleBias<NdArray>): Rows {
  return x.map((row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    return row.map((value, d) => ((value - mean) / Math.sqrt(variance + 1e-6)) * scale.data[d]! + bias.data[d]!);
  });
}

function linear(row: number[], { weight, bias }: LinearIO<NdArray>): number[] {
  const size = weight.shape[1]!;
  return Array.from({ length: size }, (_, o) => row.reduce((sum, value, d) => sum + value * weight.data[d * size + o]!, bias.data[o]!));
}

const add = (a: Rows, b: Rows): Rows => a.map((row, l) => row.map((value, d) => value + b[l]![d]!));
const dot = (a: number[], b: number[]) => a.reduce((sum, value, d) => sum + value * b[d]!, 0);
