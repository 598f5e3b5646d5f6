import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { NdArrays } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import * as web from "onnxruntime-web";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goldenPrograms, kernelPrograms, randomPrograms, type TestProgram } from "./testing/programs.js";
import { weightedConstants, weightedInputs, weightedMessage, weightedProgram } from "./testing/weighted-program.js";
import { openProgram, saveOnnx, toOnnx } from "./index.js";
import { writeModel } from "@ltad/onnx";

// Files of toOnnx elsewhere: in onnxruntime-web (wasm), in the ONNX checker and ONNX Runtime of Python. The numbers of
// onnxruntime-node are what they must give.

const programs = [...goldenPrograms, ...kernelPrograms, ...randomPrograms.slice(0, 20)];
const modelOf = ({ fn, inputs }: TestProgram) =>
  toOnnx(fn, Object.fromEntries(Object.entries(inputs).map(([name, { dtype, shape }]) => [name, { dtype, shape }])));

async function onNode(model: Uint8Array | string, inputs: NdArrays): Promise<NdArrays> {
  const program = await openProgram(model, { threads: 1 });
  const results = await program.run(inputs);
  await program.dispose();
  return results;
}

describe("onnxruntime-web", () => {
  beforeAll(() => {
    web.env.wasm.numThreads = 1;
    web.env.logLevel = "error";
  });

  it.each(programs.map((program) => [program.name, program] as const))("runs %s", async (_, program) => {
    const model = modelOf(program);
    const expected = await onNode(model, program.inputs);
    const session = await web.InferenceSession.create(model, { executionProviders: ["wasm"] });
    const feeds = Object.entries(program.inputs).map(([name, { dtype, data, shape }]) => [name, new web.Tensor(dtype, data, shape)]);
    const results = await session.run(Object.fromEntries(feeds) as Record<string, web.Tensor>);
    await session.release();
    for (const [name, { dtype, shape, data }] of Object.entries(expected)) {
      expect([results[name]?.type, results[name]?.dims], name).toEqual([dtype, shape]);
      const [a, e] = [comparable(results[name]?.data as Float32Array), comparable(data)];
      expectClose(a, e, { rtol: 0, atol: 1e-5 * Math.max(floorOf(program), largest(e)) }, name);
    }
  });
});

/** Random programs may cancel to almost nothing: their results are compared with 1. */
const floorOf = ({ name }: TestProgram) => (name.startsWith("random") ? 1 : 1e-30);

/** NaN equals nothing, and infinity less infinity is NaN: as numbers that nothing else is. */
const comparable = (data: ArrayLike<number>) =>
  Array.from(data, (x) => (Number.isNaN(x) ? -98765 : x === Infinity ? 98764 : x === -Infinity ? 98763 : x));

const python = process.env["LTAD_PYTHON"] ?? "python3";
const hasOnnx = await run("-c", "import onnx, onnxruntime").then(
  () => true,
  () => false,
);

describe("Python", () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "ltad-onnx-"))));
  afterAll(() => rm(folder, { recursive: true }));

  it("passes the ONNX checker and gives the same numbers", async (context) => {
    context.skip(!hasOnnx, "needs Python with onnx and onnxruntime; LTAD_PYTHON names the interpreter");
    const entries = [];
    for (const program of programs)
      entries.push(await writeCase(folder, program.name, program.inputs, floorOf(program), (path) => writeFile(path, modelOf(program))));
    const specs = { image: { dtype: "float32", shape: [null, 24, 24, 3] } } as const;
    for (const weights of ["float32", "float16", "int8"] as const)
      entries.push(
        await writeCase(folder, `weights ${weights}`, weightedInputs, 1e-30, (path) =>
          saveOnnx(path, weightedProgram, specs, { constants: weightedConstants, weights }),
        ),
      );
    entries.push(await writeCase(folder, "external data", weightedInputs, 1e-30, (path) => writeModel(path, weightedMessage(), 100_000)));
    await writeFile(join(folder, "cases.json"), JSON.stringify(entries));
    const script = fileURLToPath(new URL("../../../tools/reference/jit/check_onnx.py", import.meta.url));
    const report = await run(script, folder).then(
      ({ stdout }) => stdout,
      (fault: { stdout: string; stderr: string }) => fault.stdout || fault.stderr,
    );
    expect(readFileSync(new URL("../README.md", import.meta.url), "utf8")).toContain(`The tests run ${programs.length} programs`);
    expect(JSON.parse(report)).toMatchObject({ cases: programs.length + 4, faults: [] });
  });
});

function run(...args: string[]) {
  return promisify(execFile)(python, args, { maxBuffer: 2 ** 26 });
}

/** Writes a model with what it is run on and what it gives here. */
async function writeCase(folder: string, name: string, inputs: NdArrays, floor: number, write: (path: string) => Promise<void>) {
  const file = name.replaceAll(/\W/g, "_");
  const model = `${file}.onnx`;
  await write(join(folder, model));
  const list = (arrays: NdArrays, kind: string) =>
    Promise.all(
      Object.entries(arrays).map(async ([key, { dtype, shape, data }], i) => {
        const raw = `${file}.${kind}.${i}`;
        await writeFile(join(folder, raw), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
        return { name: key, dtype, shape, file: raw };
      }),
    );
  const outputs = await onNode(join(folder, model), inputs);
  return { name, floor, model, inputs: await list(inputs, "in"), outputs: await list(outputs, "out") };
}
