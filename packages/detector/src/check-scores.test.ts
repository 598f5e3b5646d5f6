import { expect, it } from "vitest";
import { checkScores } from "./check-scores.js";
import { tinyParts } from "./testing/tiny-bundle.js";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeModel, readOnnx } from "@ltad/onnx";
import { bytesOf } from "@ltad/core";
import { openDetector } from "./detector.js";
import { writeBundle } from "./write-bundle.js";

const map = Float32Array.of(1, 2, 3, 4);
const scores = { score: Float32Array.of(2), classes: Int32Array.of(1), map, recMap: map, semMap: map, grid: 2 };

it("passes numbers on", () => {
  expect(checkScores(scores, 2)).toBe(scores);
});

it.each([
  ["a score that is NaN", { score: Float32Array.of(Number.NaN) }, "LTAD_NOT_FINITE"],
  ["an infinite score", { score: Float32Array.of(Number.NEGATIVE_INFINITY) }, "LTAD_NOT_FINITE"],
  ["a hole in the map", { map: Float32Array.of(1, Number.NaN, 0, 0) }, "LTAD_NOT_FINITE"],
  ["a class that is not there", { classes: Int32Array.of(2) }, "LTAD_BUNDLE"],
  ["a negative class", { classes: Int32Array.of(-1) }, "LTAD_BUNDLE"],
])("refuses %s", (_, changes, code) => {
  expect(() => checkScores({ ...scores, ...changes }, 2)).toThrow(expect.objectContaining({ code }) as Error);
});

it("holds for a bundle whose weights are not numbers", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ltad-nan-"));
  const parts = tinyParts();
  const { model } = readOnnx(parts.head.model, "head");
  const initializer = model.graph.initializer!.map((one) =>
    one.name === "towards" ? { ...one, rawData: bytesOf(new Float32Array(5).fill(Number.NaN)) } : one,
  );
  await writeBundle(folder, {
    ...parts,
    head: { ...parts.head, model: encodeModel({ ...model, graph: { ...model.graph, initializer } }) },
  });
  const detector = await openDetector(folder, { threads: 1 });
  const image = { width: 4, height: 4, data: new Uint8Array(48) };
  await expect(detector.predict(image)).rejects.toMatchObject({ code: "LTAD_NOT_FINITE" });
  await detector.dispose();
  await rm(folder, { recursive: true });
});
