import { tensorsOf } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { createRng } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { loadGraphModel } from "../testing/load-graph-model.js";
import { orOffline, testCacheDir } from "@ltad/hub/testing";
import { efficientNetPackage } from "../weights/pinned-packages.js";
import { pinnedFiles } from "@ltad/hub";
import { efficientNetPlan } from "./efficient-net-plans.js";
import { loadEfficientNetB0 } from "./load-efficient-net-b0.js";

// Needs the real weights: skipped when they are not in the cache and cannot be fetched.
const cacheDir = testCacheDir(process.env);
const encoder = await orOffline(loadEfficientNetB0({ cacheDir }));

/** The node that ends each stage of the published graph. */
const stageNodes = efficientNetPlan("b0").stages.map(({ blocks }, s) => {
  const end = blocks > 1 ? "add/add" : "project_bn/FusedBatchNormV3";
  return `StatefulPartitionedCall/model/stack_${s}/block_${blocks - 1}/${end}`;
});

describe.skipIf(!encoder)("EfficientNet-B0 with its real weights", () => {
  // Measured difference: 2e-6 of the largest value, also at 384 px, where the cpu backend takes too long for every day.
  it.each([96, 224])(
    "equals the published graph run by TensorFlow.js at %d px",
    async (size) => {
      const graph = await loadGraphModel(await pinnedFiles(efficientNetPackage, { cacheDir, offline: true }));
      const image = tf.tensor4d(createRng(size).uniforms(size * size * 3), [1, size, size, 3]);
      const expected = graph.execute(image, stageNodes) as tf.Tensor[];
      const { stages, z } = encoder!.forward(tensorsOf(encoder!.params), image);
      for (const [s, stage] of stages.entries()) {
        const values = expected[s]!.dataSync();
        expectClose(stage.dataSync(), values, { rtol: 1e-5, atol: 1e-5 * largest(values) }, `stage ${s + 1}`);
        const { channels, stride } = encoder!.stages[s]!;
        expect(stage.shape).toEqual([1, size / stride, size / stride, channels]);
      }
      expectClose(z.dataSync(), tf.mean(expected[6]!, [1, 2]).dataSync(), { rtol: 1e-5, atol: 1e-5 }, "z");
    },
    180_000,
  );
});
