import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../testing/fake-npm.js";
import { fixture } from "../testing/fixtures.js";
import { readOnnxFile } from "@ltad/onnx";
import { readOnnx } from "@ltad/onnx";

const inside = await readFile(fixture("onnx/__fixtures__/branch.onnx"));
const outside = await readFile(fixture("onnx/__fixtures__/external.onnx"));
const weights = await readFile(fixture("onnx/__fixtures__/external.onnx.data"));

async function folderOf(files: Record<string, Uint8Array>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return join(folder, "external.onnx");
}

it("puts weights from a file beside the model into it, and leaves a whole one as it is", async () => {
  expect(() => readOnnx(outside, "x")).toThrow("its weights lie in another file");
  const whole = await readOnnxFile(await folderOf({ "external.onnx": outside, "external.onnx.data": weights }), "x");
  expect(readOnnx(whole, "x")).toMatchObject({ inputs: [{ name: "image" }], outputs: ["features"] });
  expect(Buffer.from(whole).includes(weights)).toBe(true);
  expect(Buffer.from(await readOnnxFile(fixture("onnx/__fixtures__/branch.onnx"), "x"))).toEqual(inside);
});

it("names a file that is missing, too short, or elsewhere", async () => {
  await expect(readOnnxFile(await folderOf({ "external.onnx": outside }), "x.onnx")).rejects.toMatchObject({
    code: "LTAD_WEIGHTS",
    message: expect.stringContaining("x.onnx: not a usable ONNX file (external.onnx.data, where its weights lie, is missing)") as string,
  });
  const short = await folderOf({ "external.onnx": outside, "external.onnx.data": weights.subarray(0, 100) });
  await expect(readOnnxFile(short, "x")).rejects.toThrow("external.onnx.data has 100 bytes, a weight lies at 0 to");
  const elsewhere = Buffer.from(outside.toString("latin1").replaceAll("external.onnx.data", "../../etc/hostname"), "latin1"); // as long: the lengths stay right
  await expect(readOnnxFile(await folderOf({ "external.onnx": elsewhere }), "x")).rejects.toThrow(
    /expected a file beside it|not a usable ONNX file/,
  );
});
