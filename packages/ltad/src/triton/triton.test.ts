import { spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { brightnessBundle } from "../cli/testing/brightness-bundle.js";
import { ltad, temporaryFolder } from "../cli/testing/test-io.js";

const classes = ['a "quoted" \\ name', "Grüße 漢字"];

async function repository() {
  const root = await temporaryFolder();
  const [model, out] = [await brightnessBundle(join(root, "model"), classes), join(root, "repository")];
  const { code, stderr } = await ltad("export", "triton", model, "--out", out, "--name", "line.1", "--quiet");
  expect(code, stderr).toBe(0);
  return { root, model, out };
}

it("writes the graphs of the model, and what Triton must know of them", async () => {
  const { root, model, out } = await repository();
  expect((await readdir(out)).sort()).toEqual(["line.1", "line.1_encoder", "line.1_head"]);
  const { graphs } = JSON.parse(await readFile(join(model, "model.json"), "utf8")) as { graphs: Record<string, { file: string }> };
  for (const side of ["encoder", "head"])
    expect((await readFile(join(out, `line.1_${side}/1/model.onnx`))).equals(await readFile(join(model, graphs[side]!.file)))).toBe(true);
  expect((await readdir(join(out, "line.1/1"))).length).toBe(1); // object stores have no empty folders
  expect(await readFile(join(out, "line.1_head/config.pbtxt"), "utf8")).toMatchInlineSnapshot(`
    "name: "line.1_head"
    backend: "onnxruntime"
    max_batch_size: 8
    input [
      { name: "features" data_type: TYPE_FP32 dims: [16, 3] },
      { name: "z" data_type: TYPE_FP32 dims: [3] },
      { name: "class" data_type: TYPE_INT32 dims: [1] reshape { shape: [] } }
    ]
    output [
      { name: "score" data_type: TYPE_FP32 dims: [1] reshape { shape: [] } },
      { name: "label" data_type: TYPE_INT32 dims: [1] reshape { shape: [] } },
      { name: "map" data_type: TYPE_FP32 dims: [4, 4] }
    ]
    dynamic_batching {}
    "
  `);
  expect((await readdir(root)).sort()).toEqual(["model", "repository"]);
});

const python = process.env["LTAD_TRITONCLIENT_PYTHON"];
const program = `
import json, sys
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2 as m
def read(name):
    return text_format.Parse(open(f"{sys.argv[1]}/{name}/config.pbtxt", encoding="utf-8").read(), m.ModelConfig())
e = read("line.1")
for step in e.ensemble_scheduling.step:
    graph = read(step.model_name)
    assert {t.name for t in graph.input} == set(step.input_map), step.model_name
    assert set(step.output_map) <= {t.name for t in graph.output}, step.model_name
print(json.dumps([json.loads(e.parameters["classes"].string_value), e.max_batch_size, list(e.input[0].dims)]))
`;

it.skipIf(!python)("is what tritonclient's own schema reads (LTAD_TRITONCLIENT_PYTHON: a Python with tritonclient[grpc])", async () => {
  const { out } = await repository();
  const { stdout, stderr } = spawnSync(python!, ["-c", program, out], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual([classes, 8, [32, 32, 3]]);
});

it.each([
  ["a model that encodes tiles", ["--name", "x"], "cannot cut an image into tiles", { size: 16, starts: [0, 16] }],
  ["a name that is no name of a folder", ["--name", "../x"], "--name: expected letters, digits", undefined],
])("refuses %s, and writes nothing", async (_, more, message, tiles) => {
  const root = await temporaryFolder();
  const model = await brightnessBundle(join(root, "model"), ["tile"], tiles && { tiles });
  const { code, stderr } = await ltad("export", "triton", model, "--out", join(root, "out"), ...more);
  expect(stderr).toContain(message);
  expect([code, await readdir(root)]).toEqual([2, ["model"]]);
});

it("replaces no folder", async () => {
  const { model, out } = await repository();
  const { code, stderr } = await ltad("export", "triton", model, "--out", out);
  expect(stderr).toContain("it already exists");
  expect(code).toBe(2);
});
