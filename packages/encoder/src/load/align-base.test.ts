import { sizeOf } from "@ltad/core";
import { expect, it } from "vitest";
import { namingStyle } from "../image/efficient-net-names.js";
import { huggingFacePlan } from "../image/hugging-face-plan.js";
import { expectedTensors } from "../image/read-efficient-net.js";
import { jsonFixture } from "../testing/fixtures.js";
import { bertShapes } from "../text/bert.js";

// kakaobrain/align-base by the names and shapes of its tensors, EfficientNet-B7 and BERT-base: all that both loaders ask for is there, and nothing of either tower is left over.

const { tensors } = await jsonFixture<{ tensors: Record<string, number[]> }>("__fixtures__/align/full-state-dict.json");
const below = (prefix: string) =>
  Object.fromEntries(
    Object.entries(tensors).filter(([name]) => name.startsWith(prefix) && !/num_batches_tracked$|position_ids$/.test(name)),
  );

it("has the image tower that its config describes", () => {
  const infos = Object.fromEntries(Object.entries(tensors).map(([name, shape]) => [name, { dtype: "F32", shape }]));
  const style = namingStyle(infos)!;
  expect(style).toMatchObject({ library: "hugging-face", prefix: "vision_model." });
  const { plan } = huggingFacePlan("align", { image_size: 289, hidden_dim: 640 }, undefined, "align-base");
  expect(plan).toMatchObject({ inputSize: 289, stem: 64, mean: [0.5, 0.5, 0.5] });
  expect(plan.stages.map(({ channels }) => channels)).toEqual([32, 48, 80, 160, 224, 384, 640]);
  expect(expectedTensors(plan, style)).toEqual(below("vision_model."));
});

it("has the text tower that its config describes, beside the pooler that nothing uses", () => {
  const shapes = bertShapes({ width: 768, layers: 12, hidden: 3072, positions: 512, types: 2 });
  const expected = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`text_model.${name}`, shape]));
  const {
    "text_model.pooler.dense.weight": _,
    "text_model.pooler.dense.bias": __,
    "text_model.embeddings.word_embeddings.weight": table,
    ...rest
  } = below("text_model.");
  expect(rest).toEqual(expected);
  expect([table, tensors["text_projection.weight"], tensors["text_projection.bias"]]).toEqual([[30522, 768], [640, 768], [640]]);
  expect(Object.values(tensors).reduce((sum, shape) => sum + sizeOf(shape), 0)).toBeGreaterThan(172_000_000);
});
