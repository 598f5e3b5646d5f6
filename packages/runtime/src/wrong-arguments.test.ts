import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { float32 } from "@ltad/core";
import { encodeModel } from "@ltad/onnx";
import { wrongCalls } from "@ltad/core/testing";
import { expect, it } from "vitest";
import * as api from "./index.js";

const value = (name: string) => ({ name, type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 2 }] } } } });
const node = { opType: "Identity", input: ["x"], output: ["y"] };
const graph = { name: "g", node: [node], input: [value("x")], output: [value("y")] };
const model = encodeModel({ irVersion: 9, opsetImport: [{ domain: "", version: 19 }], graph });
const inputs = { x: { dtype: "float32", shape: [2] } } as const;

const functions: Readonly<Record<string, unknown>> = { ...api };
const calls: Readonly<Record<string, readonly unknown[]>> = {
  openProgram: [model, { threads: 1, outputs: ["y"] }],
  createSession: [model, { threads: 1 }],
  checkInputs: [{ x: float32([2]) }, inputs],
};

it.each(Object.entries(calls))("%s refuses what it cannot take in our words", async (name, args) => {
  const run = functions[name] as (...args: never[]) => unknown;
  await run(...(args as never[]));
  const faults = await wrongCalls({ name, run, args });
  expect(faults.filter((fault) => !(name === "checkInputs" && fault.includes("argument 1")))).toEqual([]);
});

it("names the nearest option and the nearest input", async () => {
  await expect(api.openProgram(model, { provider: ["cpu"] } as never)).rejects.toThrow("Did you mean providers?");
  const program = await api.openProgram(model, { inputs });
  await expect(program.run({ X: float32([2]) } as never)).rejects.toThrow("Did you mean x?");
  await program.dispose();
});

it.each([
  [new Float64Array(2), "Float64Array"],
  [[1, 2], "Array"],
  [new Int32Array(2), "Int32Array"],
])("refuses numbers of another type behind the name float32: %s", async (data, message) => {
  const program = await api.openProgram(model);
  await expect(program.run({ x: { dtype: "float32", shape: [2], data } } as never)).rejects.toMatchObject({
    code: "LTAD_SHAPE",
    message: expect.stringContaining(message) as string,
  });
  await program.dispose();
});

it.each([
  ["a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "run git lfs pull"],
  ["a web page", "<!DOCTYPE html><html><body>404</body></html>", "it is a web page"],
])("names %s for what it is", async (_, text, message) => {
  const path = join(await mkdtemp(join(tmpdir(), "ltad-")), "model.onnx");
  await writeFile(path, text);
  for (const source of [path, Buffer.from(text)])
    await expect(api.openProgram(source)).rejects.toMatchObject({
      code: "LTAD_BUNDLE",
      message: expect.stringContaining(message) as string,
    });
});

it("ends a run that has begun before it lets the session go", async () => {
  const program = await api.openProgram(model, { inputs });
  const run = program.run({ x: float32([2], [1, 2]) });
  await Promise.all([program.dispose(), program.dispose()]);
  expect([...(await run)["y"]!.data]).toEqual([1, 2]);
});

it("says that a tensor is no array", async () => {
  const program = await api.openProgram(model, { inputs });
  const tensor = { dtype: "float32", shape: [2], data: () => undefined };
  await expect(program.run({ x: tensor } as never)).rejects.toThrow("expected an array { dtype, shape, data }");
  await program.dispose();
});
