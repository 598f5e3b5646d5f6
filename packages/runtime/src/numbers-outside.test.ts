import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { bytesOf, float32 } from "@ltad/core";
import { encodeModel, onnxType } from "@ltad/onnx";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openProgram } from "./open-program.js";

// y = x + secret, where the numbers of `secret` lie in a file of the working directory, as in the attack on a server.

let folder = "";
/** ONNX Runtime reads small constants by another way, on which bytes fail anyway. */
const size = 64;
const numbers = Float32Array.from({ length: size }, (_, i) => i + 7);
const secret = `${basename(import.meta.url)}.secret`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-outside-"));
  for (const place of [join(folder, secret), secret]) await writeFile(place, bytesOf(numbers));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(secret);
});

const value = (name: string) => ({ name, type: { tensorType: { elemType: onnxType.float32, shape: { dim: [{ dimValue: size }] } } } });
const modelWith = (location: string) =>
  encodeModel({
    irVersion: 9,
    opsetImport: [{ domain: "", version: 19 }],
    graph: {
      name: "reader",
      initializer: [{ name: "secret", dataType: 1, dims: [size], dataLocation: 1, externalData: [{ key: "location", value: location }] }],
      node: [{ opType: "Add", input: ["x", "secret"], output: ["y"] }],
      input: [value("x")],
      output: [value("y")],
    },
  });

it.each([
  ["in the working directory", () => secret],
  ["named from the working directory", () => `./${secret}`],
  ["on the way up", () => relative(process.cwd(), join(folder, secret))],
  ["by its whole path", () => join(folder, secret)],
  ["through the folder that is not there", () => `../../${secret}`],
])("bytes do not read a file %s", async (_name, location) => {
  await expect(openProgram(modelWith(location()), { threads: 1 })).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
});

it("a file on disk reads the file beside it, so that the attack above could succeed", async () => {
  await writeFile(join(folder, "reader.onnx"), modelWith(secret));
  const program = await openProgram(join(folder, "reader.onnx"), { threads: 1 });
  expect((await program.run({ x: float32([size], new Float32Array(size)) }))["y"]?.data).toEqual(numbers);
  await program.dispose();
});
