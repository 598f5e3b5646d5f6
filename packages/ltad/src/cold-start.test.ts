import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { loadedBy } from "./cli/testing/loaded-by.js";

const foreign = (path: string) => [...loadedBy(fileURLToPath(new URL(path, import.meta.url)))].filter((name) => !name.startsWith("node:"));
const tensorflow = (path: string) => foreign(path).filter((name) => name.startsWith("@tensorflow"));

it('import { openDetector } from "ltad" loads no TensorFlow.js and no server', () => {
  const loaded = foreign("index.ts");
  expect(loaded).toContain("zod");
  expect(loaded.filter((name) => /^@tensorflow|^fastify|^commander/.test(name))).toEqual([]);
});

it("ltad --help loads nothing but the parser of arguments and colours", () => {
  expect(foreign("main.ts").sort()).toEqual(["commander", "picocolors"]);
});

it.each(["predict", "eval", "serve", "doctor"])("ltad %s loads no TensorFlow.js", (name) => {
  expect(tensorflow(`cli/commands/${name}/${name}-command.ts`)).toEqual([]);
});

it("ltad metrics loads neither TensorFlow.js nor the runtime", () => {
  const loaded = foreign("cli/commands/metrics/metrics-command.ts");
  expect(loaded.filter((name) => name.startsWith("@tensorflow") || name.startsWith("onnxruntime"))).toEqual([]);
  expect(loaded).toContain("csv-parse/sync");
});

it("would see TensorFlow.js where it is loaded", () => {
  expect(tensorflow("../../train/src/index.ts")).toContain("@tensorflow/tfjs");
});
