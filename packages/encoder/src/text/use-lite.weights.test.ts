import { readFileSync } from "node:fs";
import { expectClose } from "@ltad/core/testing";
import { tensorsOf } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { loadGraphModel } from "../testing/load-graph-model.js";
import { orOffline, testCacheDir } from "@ltad/hub/testing";
import { useLitePackage } from "../weights/pinned-packages.js";
import { pinnedFiles } from "@ltad/hub";
import { loadUseLite } from "./load-use-lite.js";

// Needs the real weights: skipped when they are not in the cache and cannot be fetched.
const cacheDir = testCacheDir(process.env);
const encoder = await orOffline(loadUseLite({ cacheDir }));

const golden = JSON.parse(readFileSync(new URL("./__fixtures__/use-lite-tokens.json", import.meta.url), "utf8")) as {
  text: string;
  ids: number[];
}[];

const params = encoder && tensorsOf(encoder.params);
const vectorOf = (ids: number[]) =>
  encoder!.forward(params!, tf.tensor3d(encoder!.embed(ids).data as Float32Array, [1, ids.length, encoder!.tokenSize]));

describe.skipIf(!encoder)("USE Lite with its real weights", () => {
  it.each(golden)("tokenizes %j as the published tokenizer", ({ text, ids }) => {
    expect(encoder!.tokenize(text)).toEqual(ids);
  });

  let graph: tf.GraphModel | undefined; // measured difference of the vectors: 3e-7
  const long = "many words make a text longer than the model reads, ".repeat(14);
  it.each(["a", "a broken", 'it\'s 3.14 — "quoted", (really)?!', "☃ snow 漢字 and 🦊🦊 fox", long])(
    "gives text %# the vector of the published graph",
    async (text) => {
      graph ??= await loadGraphModel(await pinnedFiles(useLitePackage, { cacheDir, offline: true }));
      const ids = encoder!.tokenize(text);
      const indices = tf.tensor2d(
        ids.map((_, i) => [0, i]),
        [ids.length, 2],
        "int32",
      );
      const expected = (await graph.executeAsync({ indices, values: tf.tensor1d(ids, "int32") })) as tf.Tensor;
      const actual = vectorOf(ids);
      expect(actual.shape).toEqual([1, encoder!.size]);
      expectClose(actual.dataSync(), expected.dataSync(), { rtol: 1e-5, atol: 3e-6 }, "vector");
    },
  );

  it("puts related texts nearer than unrelated ones", () => {
    const texts = ["a broken screw", "a damaged bolt", "the weather in Spain"];
    const [screw, bolt, weather] = texts.map((text) => vectorOf(encoder!.tokenize(text))) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const cosine = (a: tf.Tensor, b: tf.Tensor) => tf.sum(a.mul(b)).dataSync()[0]!;
    expect(cosine(screw, bolt)).toBeGreaterThan(cosine(screw, weather) + 0.2);
  });
});
