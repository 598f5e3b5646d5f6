import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { loadedBy } from "./testing/loaded-by.js";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

it("ltad --help loads nothing but the parser of arguments and colours", () => {
  expect([...loadedBy(source("main.ts"))].filter((name) => !name.startsWith("node:")).sort()).toEqual(["commander", "picocolors"]);
});

it("ltad predict loads no TensorFlow.js", () => {
  const loaded = loadedBy(source("commands/predict.ts"));
  expect(loaded).toContain("onnxruntime-node");
  expect([...loaded].filter((name) => name.startsWith("@tensorflow"))).toEqual([]);
});

it("ltad metrics loads neither TensorFlow.js nor the runtime", () => {
  const loaded = [...loadedBy(source("commands/metrics.ts"))];
  expect(loaded.filter((name) => name.startsWith("@tensorflow") || name.startsWith("onnxruntime"))).toEqual([]);
  expect(loaded).toContain("csv-parse/sync");
});

it("would see TensorFlow.js where it is loaded", () => {
  expect(loadedBy(source("commands/train.ts"))).toContain("@tensorflow/tfjs");
});
