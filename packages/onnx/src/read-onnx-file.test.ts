import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bytesOf } from "@ltad/core";
import { expect, it, onTestFinished } from "vitest";
import { readOnnx } from "./read-onnx.js";
import { readOnnxFile } from "./read-onnx-file.js";
import { floatTensor, madeModel, outsideTensor, within } from "./testing/made-model.js";

const numbers = bytesOf(Float32Array.of(1, 2, 3, 4));
const first = { location: "w.bin", length: "8" };
const second = { location: "w.bin", offset: "8" };
/** One weight in the graph, one in a graph within a node. */
const madeWith = (weight: object, inner: object) =>
  madeModel({ initializer: [weight], node: [{ opType: "If", attribute: [within("then_branch", { initializer: [inner] })] }] });
const outside = madeWith(outsideTensor("w", first), outsideTensor("v", second));
const inside = madeWith(floatTensor("w", [2], [1, 2]), floatTensor("v", [2], [3, 4]));

async function folderOf(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-onnx-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return join(folder, "model.onnx");
}

it("puts weights from files beside the model into it, also those of graphs within", async () => {
  const whole = await readOnnxFile(await folderOf({ "model.onnx": outside, "w.bin": numbers }), "x");
  expect(readOnnx(whole, "x").model).toEqual(readOnnx(inside, "x").model);
});

it("reads a model as ONNX's own package writes it with its weights outside", async () => {
  const [path, data] = ["external.onnx", "external.onnx.data"].map((name) =>
    fileURLToPath(new URL(`__fixtures__/${name}`, import.meta.url)),
  );
  const whole = await readOnnxFile(path!, "x");
  expect(readOnnx(whole, "x")).toMatchObject({ inputs: [{ name: "image" }], outputs: ["features"] });
  expect(Buffer.from(whole).includes(await readFile(data!))).toBe(true);
});

it("gives a file that needs no other as it is", async () => {
  const path = await folderOf({ "model.onnx": inside });
  expect((await readFile(path)).equals(await readOnnxFile(path, "x"))).toBe(true);
});

it.each<[string, Readonly<Record<string, Uint8Array>>, string]>([
  ["missing", {}, "x.onnx: not a usable ONNX file (w.bin, which holds its weights, is missing. Export or copy it again, with all files"],
  ["too short", { "w.bin": numbers.subarray(0, 12) }, "w.bin has 12 bytes, but the weight v needs bytes"],
])("refuses a file that is %s", async (_, files, message) => {
  const longer = madeWith(outsideTensor("w", first), outsideTensor("v", { ...second, length: "8" }));
  const path = await folderOf({ "model.onnx": longer, ...files });
  await expect(readOnnxFile(path, "x.onnx")).rejects.toMatchObject({
    code: "LTAD_WEIGHTS",
    message: expect.stringContaining(message) as string,
  });
});

it.each(["../w.bin", "/etc/hostname", "sub\\w.bin", "sub/w.bin", ".."])("refuses to read %s", async (location) => {
  const path = await folderOf({ "model.onnx": madeWith(outsideTensor("w", { location }), floatTensor("v", [2], [3, 4])) });
  await expect(readOnnxFile(path, "x")).rejects.toMatchObject({
    code: "LTAD_WEIGHTS",
    message: expect.stringContaining("x: not a usable") as string,
  });
});
