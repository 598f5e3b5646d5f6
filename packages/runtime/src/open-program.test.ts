import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { float32, type NdArray } from "@ltad/core";
import { describe, expect, expectTypeOf, it } from "vitest";
import { encodeModel, onnxType } from "@ltad/onnx";
import { fallBack } from "./providers.js";
import { openProgram } from "./open-program.js";
import type { GraphSpecs } from "./check-graph.js";

/** y = x + x, x float32 [batch, 2]. */
const valueInfo = (name: string) => ({
  name,
  type: { tensorType: { elemType: onnxType.float32, shape: { dim: [{ dimParam: "batch" }, { dimValue: 2 }] } } },
});
const model = encodeModel({
  irVersion: 9,
  opsetImport: [{ domain: "", version: 19 }],
  graph: {
    name: "double",
    node: [{ opType: "Add", input: ["x", "x"], output: ["y"] }],
    input: [valueInfo("x")],
    output: [valueInfo("y")],
  },
});
const x = float32([3, 2], [1, 2, 3, 4, 5, 6]);

describe("openProgram", () => {
  it("runs a file and bytes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ltad-jit-"));
    const path = join(folder, "double.onnx");
    await writeFile(path, model);
    for (const source of [path, model]) {
      const program = await openProgram(source, { threads: 1, spinning: true });
      expect(program.inputs).toEqual({ x: { dtype: "float32", shape: [null, 2] } });
      expect((await program.run({ x }))["y"]).toEqual(float32([3, 2], [2, 4, 6, 8, 10, 12]));
      await program.dispose();
    }
    await rm(folder, { recursive: true });
  });

  it("has the types of the specs it is given, and holds the file to them", async () => {
    const spec = <S extends readonly (number | null)[]>(...shape: S) => ({ dtype: "float32", shape }) as const;
    const program = await openProgram(model, { inputs: { x: spec(null, 2) }, outputs: ["y"] });
    expectTypeOf<Parameters<typeof program.run>[0]>().toEqualTypeOf<{ readonly x: NdArray }>();
    expectTypeOf(await program.run({ x })).toEqualTypeOf<Record<"y", NdArray>>();
    await program.dispose();
    await (await openProgram(model, { inputs: { x: spec(3, 2) } })).dispose(); // a free batch accepts any size
    const wrong: [GraphSpecs, RegExp][] = [
      [{ outputs: ["z"] }, /output z: expected present, received outputs y/],
      [{ inputs: { x: spec(null, 3) } }, /input x: expected float32 \[batch, 3\], received float32 \[batch, 2\]/],
      [{ inputs: { x: spec(2) } }, /input x: expected float32 \[2\]/],
      [{ inputs: { x: { dtype: "int32", shape: [null, 2] } } }, /input x: expected int32/],
      [{ inputs: {} }, /input x: expected none, received float32/],
      [{ inputs: { x: spec(null, 2), w: spec(2) } }, /input w: expected float32 \[2\], received none/],
    ];
    for (const [specs, message] of wrong)
      await expect(openProgram(model, specs)).rejects.toMatchObject({
        code: "LTAD_SHAPE",
        message: expect.stringMatching(message) as string,
      });
  });

  it("refuses what is no model, by name", async () => {
    await expect(openProgram("/nowhere/head.onnx")).rejects.toMatchObject({
      code: "LTAD_BUNDLE",
      message: expect.stringContaining("/nowhere/head.onnx"),
    });
    await expect(openProgram(tmpdir())).rejects.toMatchObject({
      code: "LTAD_BUNDLE",
      message: expect.stringContaining("it is a folder; expected an .onnx file"),
    });
    await expect(openProgram(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
  });
});

describe("providers", () => {
  it.each<[string[], RegExp]>([
    [["abacus"], /providers: abacus is not an execution provider\. Choose from cpu, cuda, .*dml/],
    [[], /providers: expected at least one/],
    [["cpu", "abacus"], /abacus is not an execution provider/],
  ])("%j: refused", async (providers, message) => {
    await expect(openProgram(model, { providers })).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringMatching(message) as string,
    });
  });

  // Not on any machine at once: CoreML is Apple's, DirectML is Windows's.
  const foreign = process.platform === "darwin" ? "dml" : "coreml";

  it("fails where one is not to be had, and says where it is", async () => {
    await expect(openProgram(model, { providers: [foreign] })).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringMatching(new RegExp(`${foreign} cannot be used here .*available on (Windows|macOS); add "cpu"`)) as string,
    });
  });

  it("falls back only to what the list names, and tells what it runs on", async () => {
    const program = await openProgram(model, { providers: [foreign, "cpu"] });
    expect(program.providers).toEqual(["cpu"]);
    expect((await program.run({ x }))["y"]?.data[0]).toBe(2);
    await program.dispose();
  });

  it("keeps ONNX Runtime from giving nodes to the CPU in silence", () => {
    expect(fallBack(["cuda"])).toEqual({ disable_cpu_ep_fallback: "1" });
    expect(fallBack(["cuda", "cpu"])).toEqual({});
  });

  it("takes a damaged file for what it is, whatever the providers", async () => {
    await expect(openProgram(Uint8Array.of(1, 2, 3), { providers: [foreign, "cpu"] })).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
  });
});
