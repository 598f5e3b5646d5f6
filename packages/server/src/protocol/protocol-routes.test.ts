import { version } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { inferResponseSchema, modelMetadataSchema, protocolErrorSchema } from "../schemas.js";
import { imageInput as input, infer, openApp as open } from "../testing/open-app.js";

describe("Open Inference Protocol", () => {
  it("tells health, server and model", async () => {
    const { app } = await open();
    const get = async (url: string) => (await app.inject(url)).json<unknown>();
    expect(await get("/v2")).toEqual({
      name: "ltad-server",
      version,
      extensions: expect.arrayContaining(["binary_tensor_data"]) as unknown,
    });
    expect(await get("/v2/health/live")).toEqual({ live: true });
    expect(await get("/v2/health/ready")).toEqual({ ready: true });
    expect(await get("/v2/models/ltad/ready")).toEqual({ name: "ltad", ready: true });
    expect(modelMetadataSchema.strict().parse(await get("/v2/models/ltad"))).toMatchObject({
      name: "ltad",
      versions: ["1"],
      inputs: [{ name: "image", datatype: "BYTES", shape: [-1] }],
      parameters: { classes: ["tile", "nut"] },
    });
  });

  it("is alive but not ready while the model is away", async () => {
    const { app } = await open({ ready: () => false });
    const statuses = await Promise.all(
      ["/v2/health/live", "/v2/health/ready", "/v2/models/ltad/ready"].map(async (url) => (await app.inject(url)).statusCode),
    );
    expect(statuses).toEqual([200, 503, 503]);
  });

  it("infers all outputs by default", async () => {
    const { app, jobs } = await open();
    const reply = inferResponseSchema.strict().parse((await infer(app, { id: "7", inputs: [input()] })).json());
    expect(reply).toEqual({
      id: "7",
      model_name: "ltad",
      model_version: "1",
      outputs: [
        { name: "score", shape: [1], datatype: "FP32", data: [1.25] },
        { name: "class", shape: [1], datatype: "BYTES", data: ["nut"] },
        { name: "class_given", shape: [1], datatype: "BOOL", data: [false] },
        { name: "anomaly_map", shape: [1, 2, 2], datatype: "FP32", data: [0, 0.3333333, 0.6666667, 1] },
      ],
    });
    expect(jobs[0]).toEqual({ image: Buffer.from("PNG bytes"), class: undefined, heatmap: false, map: "grid", mapAs: "text" });
  });

  it("infers what is asked for, with parameters", async () => {
    const { app, jobs } = await open();
    const reply = (
      await infer(app, {
        parameters: { class: "tile", map_size: "image" },
        inputs: [input({ shape: [1, 1] })],
        outputs: [{ name: "anomaly_map" }],
      })
    ).json<{ outputs: object[] }>();
    expect(reply.outputs).toMatchObject([{ name: "anomaly_map", shape: [1, 3, 4] }]);
    expect(jobs[0]).toMatchObject({ class: "tile", map: "image" });
    await infer(app, { inputs: [input()], outputs: [{ name: "score" }] });
    expect(jobs[1]).toMatchObject({ map: "none" });
  });

  it("infers the parts of the map, which the metadata names", async () => {
    const { app, jobs } = await open();
    const names = ["map_rec", "map_sem"];
    const metadata = modelMetadataSchema.parse((await app.inject("/v2/models/ltad")).json());
    expect(metadata.outputs.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    const outputs = names.map((name) => ({ name, parameters: name === "map_sem" ? { map_size: "image" } : {} }));
    const reply = (await infer(app, { inputs: [input({ shape: [2], data: ["UE5H", "UE5H"] })], outputs })).json<{ outputs: object[] }>();
    expect(reply.outputs).toMatchObject(names.map((name) => ({ name, shape: [2, 3, 4] })));
    expect(jobs[0]).toMatchObject({ map: "image", mapAs: "text", parts: true });
    const mixed = outputs.map((output, i) => ({ ...output, parameters: { binary_data: i === 0 } }));
    const bytes = await infer(app, { inputs: [input()], outputs: mixed });
    const length = Number(bytes.headers["inference-header-content-length"]);
    const [rec, sem] = (JSON.parse(bytes.rawPayload.subarray(0, length).toString()) as { outputs: object[] }).outputs;
    expect([rec, sem]).toMatchObject([{ parameters: { binary_data_size: 16 } }, { data: [0, 0.3333333, 0.6666667, 1] }]);
    expect(bytes.rawPayload.readFloatLE(length + 4)).toBe(Math.fround(1 / 3));
  });

  it.each<[string, object, RegExp]>([
    ["no inputs", {}, /inputs/],
    ["another input", { inputs: [input({ name: "pixels" })] }, /input pixels: is not an input/],
    ["two images", { inputs: [input(), input()] }, /expected one input image, received 2/],
    ["another type", { inputs: [input({ datatype: "INT64" })] }, /expected the datatype BYTES .* UINT8 or FP32/],
    ["more images than its shape has", { inputs: [input({ shape: [1], data: ["UE5H", "UE5H"] })] }, /expected 1 values.*received 2/],
    ["more images than one request may have", { inputs: [input({ shape: [33], data: Array(33).fill("UE5H") })] }, /at most 32 images/],
    ["an empty string", { inputs: [input({ data: [""] })] }, /base64/],
    ["what is no base64", { inputs: [input({ data: ["\u0089PNG"] })] }, /in base64, received other characters/],
    ["an unknown output", { inputs: [input()], outputs: [{ name: "heat" }] }, /unknown output .*heat.*score, class/],
    ["a decision of a model without thresholds", { inputs: [input()], outputs: [{ name: "p_value" }] }, /has no limits/],
    ["an unknown class", { inputs: [input()], parameters: { class: "bolt" } }, /unknown class .*bolt/],
    [
      "a class for other images",
      { inputs: [input(), { ...input(), name: "class", shape: [2], data: ["nut", "nut"] }] },
      /or one for each of 1/,
    ],
    [
      "pixels of no shape",
      { inputs: [{ name: "image", datatype: "UINT8", shape: [5, 5, 4], data: Array(100).fill(0) }] },
      /expected pixels as/,
    ],
    ["pixels beyond 255", { inputs: [{ name: "image", datatype: "UINT8", shape: [1, 1, 3], data: [0, 1, 256] }] }, /from 0 to 255/],
    [
      "floats beyond 1",
      { inputs: [{ name: "image", datatype: "FP32", shape: [1, 1, 3], data: [0, 1, 200] }] },
      /from 0 to 1, received 200.*UINT8/,
    ],
    [
      "JSON without end",
      { inputs: [input()], parameters: JSON.parse(`${'{"a":'.repeat(200)}1${"}".repeat(200)}`) as object },
      /nested deeper than 32/,
    ],
  ])("refuses %s, in the protocol's form", async (_, payload, message) => {
    const { app } = await open();
    const reply = await infer(app, payload);
    expect(reply.statusCode).toBe(400);
    expect(protocolErrorSchema.strict().parse(reply.json()).error).toMatch(message);
  });

  it("refuses another model and too much of it", async () => {
    const { app } = await open();
    expect((await infer(app, { inputs: [input()] }, "other")).json()).toEqual({
      error: 'LTAD_NOT_FOUND: Unknown model "other"; this server has ltad.',
    });
    expect((await infer(app, { inputs: [input({ data: ["A".repeat(100_000)] })] })).statusCode).toBe(413);
  });

  it("has versions", async () => {
    const { app } = await open();
    const reply = await app.inject({ method: "POST", url: "/v2/models/ltad/versions/1/infer", payload: { inputs: [input()] } });
    expect(inferResponseSchema.strict().parse(reply.json()).model_version).toBe("1");
    expect((await app.inject("/v2/models/ltad/versions/1/ready")).json()).toEqual({ name: "ltad", ready: true });
    expect((await app.inject("/v2/models/ltad/versions/1")).json()).toMatchObject({ versions: ["1"] });
    expect((await app.inject("/v2/models/ltad/versions/2")).json()).toEqual({
      error: 'LTAD_NOT_FOUND: Unknown version "2" of ltad; it has 1.',
    });
  });

  it("takes many images, with a class for each", async () => {
    const { app, jobs } = await open();
    const file = Buffer.from("PNG bytes").toString("base64");
    const classes = { name: "class", shape: [2], datatype: "BYTES", data: ["tile", ""] };
    const { outputs } = (await infer(app, { inputs: [input({ shape: [2], data: [file, file] }), classes] })).json<{ outputs: object[] }>();
    expect(outputs).toMatchObject([
      { name: "score", shape: [2], data: [1.25, 1.25] },
      { name: "class", data: ["tile", "nut"] },
      { name: "class_given", data: [true, false] },
      { name: "anomaly_map", shape: [2, 2, 2], data: [0, 0.3333333, 0.6666667, 1, 0, 0.3333333, 0.6666667, 1] },
    ]);
    expect(jobs.map((job) => job.class)).toEqual(["tile", undefined]);
  });

  it("takes pixels as numbers, in every order of their axes", async () => {
    const { app, jobs } = await open();
    const send = async (datatype: string, shape: number[], data: unknown) =>
      expect((await infer(app, { inputs: [{ name: "image", datatype, shape, data }] })).statusCode).toBe(200);
    const rgb = [10, 20, 30, 40, 50, 60];
    await send("UINT8", [1, 2, 3], rgb);
    await send("UINT8", [1, 1, 2, 3], [[[rgb.slice(0, 3), rgb.slice(3)]]]);
    await send("UINT8", [1, 3, 1, 2], [10, 40, 20, 50, 30, 60]);
    await send(
      "FP32",
      [1, 2, 3],
      rgb.map((value) => value / 255),
    );
    for (const { image } of jobs) expect(image).toEqual({ width: 2, height: 1, data: Uint8Array.from(rgb) });
    await send("UINT8", [1, 2], [7, 8]);
    expect(jobs.at(-1)?.image).toEqual({ width: 2, height: 1, data: Uint8Array.of(7, 7, 7, 8, 8, 8) });
  });

  it("works with a photograph as numbers, and refuses 40 MB of them with a sentence", async () => {
    const { app } = await open({}, { maxBytes: 2 ** 25 });
    const data = Array.from({ length: 150_528 }, (_, i) => i % 256);
    expect((await infer(app, { inputs: [{ name: "image", datatype: "UINT8", shape: [224, 224, 3], data }] })).statusCode).toBe(200);
    const payload = `{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":[${"1,".repeat(20_000_000)}1]}]}`;
    const reply = await app.inject({ method: "POST", url: "/v2/models/ltad/infer", payload });
    expect([reply.statusCode, reply.body.length < 400]).toEqual([400, true]);
    expect(reply.body).toMatch(/more than 2000000 values.*BYTES/);
  });

  it("names the first three faults of many", async () => {
    const { app } = await open();
    const reply = await infer(app, { inputs: Array.from({ length: 4 }, () => ({ name: 1, shape: 2, datatype: 3 })) });
    expect(reply.json<{ error: string }>().error).toMatch(/^LTAD_REQUEST: inputs.0.name: .*and 9 more faults\.$/);
    expect(reply.body.length).toBeLessThan(1000);
  });
});
