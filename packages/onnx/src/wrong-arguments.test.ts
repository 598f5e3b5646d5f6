import { readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wrongCalls } from "@ltad/core/testing";
import { afterAll, expect, it } from "vitest";
import * as api from "./index.js";

const model = new URL("__fixtures__/every-field.onnx", import.meta.url);
const file = () =>
  api.readOnnx(api.encodeModel({ irVersion: 9, opsetImport: [{ domain: "", version: 19 }], graph: { name: "g", node: [] } }), "x");
const written = async () => {
  const path = join(folder, "small.onnx");
  await writeFile(path, api.encodeModel({ irVersion: 9, graph: { name: "g" } }));
  return path;
};
const folder = await mkdtemp(join(tmpdir(), "ltad-"));

const before = process.cwd();
process.chdir(folder); // a wrong path is a file name
afterAll(() => process.chdir(before));

const functions: Readonly<Record<string, unknown>> = { ...api };
const calls: Readonly<Record<string, readonly unknown[]>> = {
  encodeModel: [{ irVersion: 9 }],
  compactOnnx: [file(), "float32", "x"],
  compactWeight: ["w", new Float32Array(8192), [64, 128], "int8"],
  constantOf: [file(), "a"],
  isCompactable: [[2, 3]],
  externalTensors: [readFileSync(model), "x"],
  readOnnx: [api.encodeModel({ irVersion: 9, graph: { name: "g" } }), "x"],
  readOnnxFile: [await written(), "x"],
  writeModel: [join(folder, "a.onnx"), { graph: { initializer: [] } }, 1e9],
};

it("has a right call of every function", () => {
  const names = Object.keys(api).filter((name) => typeof functions[name] === "function");
  expect(names.filter((name) => !(name in calls) && !["joinOnnx", "onnxType"].includes(name))).toEqual([]);
});

it.each(Object.entries(calls))("%s refuses what it cannot take in our words", async (name, args) => {
  const run = functions[name] as (...args: never[]) => unknown;
  await run(...(args as never[]));
  const faults = await wrongCalls({ name, run, args });
  expect(faults.filter((fault) => !fault.includes("unknown key"))).toEqual([]);
});

it.each([
  ["a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "run git lfs pull"],
  ["a web page", "<!DOCTYPE html><html><body>404</body></html>", "it is a web page"],
  ["a web page behind spaces", "\n  <html>", "it is a web page"],
])("names %s for what it is", async (_, text, message) => {
  const path = join(folder, "weights.onnx");
  await writeFile(path, text);
  expect(() => api.readOnnx(Buffer.from(text), "weights.onnx")).toThrow(message);
  await expect(api.readOnnxFile(path, "weights.onnx")).rejects.toMatchObject({
    code: "LTAD_WEIGHTS",
    message: expect.stringContaining(message) as string,
  });
});
