import type { SentencePlan } from "./sentence-transformer.js";

/** The plan of Universal Sentence Encoder Lite, English. */
export const useLite: SentencePlan = {
  name: "use-lite",
  heads: 4,
  vocabulary: 8002,
  tokenSize: 256,
  maxTokens: 128,
  layers: 2,
  width: 512,
  hidden: 1536,
  size: 512,
};

/** The name and shape of every parameter of a sentence transformer, except its token table. */
export function sentenceShapes(plan: SentencePlan): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = { positions: [plan.maxTokens, plan.tokenSize] };
  const linear = (name: string, input: number, output: number) =>
    Object.assign(shapes, { [`${name}.weight`]: [input, output], [`${name}.bias`]: [output] });
  const norm = (name: string, size: number) => Object.assign(shapes, { [`${name}.scale`]: [size], [`${name}.bias`]: [size] });
  for (let l = 0; l < plan.layers; l++) {
    const input = l === 0 ? plan.tokenSize : plan.width;
    norm(`layers.${l}.attentionNorm`, input);
    linear(`layers.${l}.qkv`, input, 3 * input);
    linear(`layers.${l}.output`, input, plan.width);
    if (input !== plan.width) linear(`layers.${l}.residual`, input, plan.width);
    norm(`layers.${l}.feedForwardNorm`, plan.width);
    linear(`layers.${l}.hidden`, plan.width, plan.hidden);
    linear(`layers.${l}.back`, plan.hidden, plan.width);
  }
  linear("head", plan.width, plan.size);
  return shapes;
}
