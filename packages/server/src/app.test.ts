import { LtadError, version } from "@ltad/core";
import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { type AppOptions, createApp } from "./app.js";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Engine } from "./engine/engine.js";
import { HttpError } from "./http-error.js";
import { errorSchema, inferResponseSchema, modelMetadataSchema, predictionSchema, protocolErrorSchema } from "./schemas.js";
import { fakeEngine, fakeModel } from "./testing/fake-engine.js";
import { fakeModels } from "./testing/fake-models.js";

let app: FastifyInstance | undefined;
afterEach(async () => app?.close());

async function open(overrides: Partial<Engine> = {}, options: Partial<AppOptions> = {}) {
  const engine = fakeEngine(overrides);
  app = await createApp({ models: await fakeModels(engine), maxBytes: 10_000, ...options });
  return { app, jobs: engine.jobs };
}

type Part = readonly [name: string, content: string, filename?: string];

/** A multipart request, written out. */
function form(parts: readonly Part[], url = "/predict", headers = {}) {
  const body = parts.map(
    ([name, content, file]) =>
      `--xyz\r\nContent-Disposition: form-data; name="${name}"${file ? `; filename="${file}"\r\nContent-Type: image/png` : ""}\r\n\r\n${content}\r\n`,
  );
  return {
    method: "POST" as const,
    url,
    headers: { "content-type": "multipart/form-data; boundary=xyz", ...headers },
    payload: `${body.join("")}--xyz--\r\n`,
  };
}
const image: Part = ["image", "PNG bytes", "part.png"];

describe("POST /predict", () => {
  it("judges the image of a form", async () => {
    const { app, jobs } = await open();
    const reply = await app.inject(form([["class", "tile"], image]));
    expect(reply.statusCode).toBe(200);
    expect(predictionSchema.strict().parse(reply.json())).toEqual({
      score: 1.25,
      class: "tile",
      class_given: true,
      width: 4,
      height: 3,
      model: "ltad",
      model_version: "1",
      timing: { total: 2 },
    });
    expect(jobs).toEqual([{ image: Buffer.from("PNG bytes"), class: "tile", map: "none", mapAs: "text", heatmap: false }]);
  });

  it("takes the options before or after the image, in the query, and a bare file", async () => {
    const { app, jobs } = await open();
    await app.inject(form([image, ["class", "tile"], ["heatmap", "true"]]));
    await app.inject(form([image], "/predict?class=tile&heatmap=true"));
    await app.inject({
      method: "POST",
      url: "/predict?class=tile&heatmap=true",
      headers: { "content-type": "image/png" },
      payload: "PNG bytes",
    });
    expect(jobs).toHaveLength(3);
    for (const job of jobs)
      expect(job).toEqual({ image: Buffer.from("PNG bytes"), class: "tile", map: "none", mapAs: "text", heatmap: true });
  });

  it("gives map and overlay on request", async () => {
    const { app } = await open();
    const reply = (await app.inject(form([image, ["map", "image"], ["heatmap", "true"]]))).json<{
      map: { data: number[] };
      heatmap: string;
    }>();
    expect(predictionSchema.strict().safeParse(reply).success).toBe(true);
    expect(reply.map).toMatchObject({ width: 4, height: 3 });
    expect(reply.map.data.slice(0, 3)).toEqual([0, 0.3333333, 0.6666667]);
    expect(Buffer.from(reply.heatmap, "base64").toString()).toBe("overlay");
  });

  it("gives the overlay itself to who accepts a PNG", async () => {
    const { app } = await open();
    const reply = await app.inject(form([image], "/predict", { accept: "image/png" }));
    expect(reply.headers).toMatchObject({ "content-type": "image/png", "ltad-score": "1.25", "ltad-class": "nut" });
    expect(reply.body).toBe("overlay");
  });

  it.each<[string, readonly Part[], number, RegExp]>([
    ["no image", [["class", "tile"]], 400, /LTAD_REQUEST.*no image/],
    ["an empty image", [["image", "", "a.png"]], 400, /no image/],
    ["the image under another name", [["file", "PNG", "a.png"]], 400, /file \\"file\\"; expected one named \\"image\\"/],
    ["an unknown field", [image, ["clas", "tile"]], 400, /clas.*Known fields/],
    ["an option that is none", [image, ["heatmap", "yes"]], 400, /heatmap: /],
    ["a field with a name of the language", [image, ["__proto__", "x"]], 400, /LTAD_REQUEST/],
    ["an unknown class", [image, ["class", "bolt"]], 400, /LTAD_CONFIG.*unknown class.*has tile, nut/],
    ["two images", [image, image], 400, /LTAD_REQUEST/],
    ["too large an image", [["image", "PNG".repeat(5000), "a.png"]], 413, /LTAD_TOO_LARGE/],
    ["an unknown model", [image, ["model", "other"]], 404, /Unknown model.*other.*has ltad/],
    ["a class of endless length", [image, ["class", "x".repeat(900)]], 400, /class: .{1,200}$/],
    ["what is no image", [["image", "hello", "a.png"]], 422, /LTAD_IMAGE.*text file/],
    ["a bug", [["image", "bug", "a.png"]], 500, /LTAD_INTERNAL/],
  ])("refuses %s", async (_, parts, status, message) => {
    const { app } = await open();
    const reply = await app.inject(form(parts));
    expect([reply.statusCode, errorSchema.strict().safeParse(reply.json()).success]).toEqual([status, true]);
    expect(reply.body).toMatch(message);
    expect(reply.body).not.toMatch(/secret|\.ts:|node_modules/);
  });

  it("keeps the words of an error that is not the client's to its log", async () => {
    const predict = () => Promise.reject(new LtadError("LTAD_BUNDLE", "/srv/secret/head.onnx: output map: expected float32"));
    const { app } = await open({ predict });
    const reply = await app.inject(form([image]));
    expect([reply.statusCode, reply.json()]).toEqual([
      500,
      { error: { code: "LTAD_BUNDLE", message: "The server failed. Its log has the reason." } },
    ]);
  });

  it("takes a bare file whatever its type is said to be", async () => {
    const { app, jobs } = await open();
    for (const type of ["application/x-www-form-urlencoded", "text/plain", "image/tiff", "nonsense", ""]) {
      const headers = type ? { "content-type": type } : {};
      const reply = await app.inject({ method: "POST", url: "/predict", headers, payload: Buffer.from("PNG bytes") });
      expect([type, reply.statusCode]).toEqual([type, 200]);
    }
    expect(jobs).toHaveLength(5);
  });

  it("refuses JSON and names what it takes, and broken forms", async () => {
    const { app } = await open();
    const refusal = async (type: string, payload: string) => {
      const reply = await app.inject({ method: "POST", url: "/predict", headers: { "content-type": type }, payload });
      return [reply.statusCode, errorSchema.parse(reply.json()).error.code, reply.headers["accept"]];
    };
    expect(await refusal("application/json", "{}")).toEqual([
      415,
      "LTAD_MEDIA_TYPE",
      "multipart/form-data, image/*, application/octet-stream",
    ]);
    expect(await refusal("multipart/form-data", "x")).toEqual([400, "LTAD_REQUEST", undefined]);
    expect(
      await refusal("multipart/form-data; boundary=xyz", '--xyz\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nPNG'),
    ).toEqual([400, "LTAD_REQUEST", undefined]);
    const empty = await app.inject({ method: "POST", url: "/predict" });
    expect([empty.statusCode, errorSchema.parse(empty.json()).error.message]).toEqual([400, expect.stringMatching(/^The body is empty/)]);
  });

  it("decides where the model has thresholds", async () => {
    const { app } = await open({ model: { ...fakeModel, decides: true } });
    const reply = await app.inject(form([image]));
    expect(predictionSchema.strict().parse(reply.json())).toMatchObject({ is_anomalous: true, threshold: 1, p_value: 0.01 });
  });

  it("writes the map as the client wants it", async () => {
    const { app, jobs } = await open();
    const map = async (...fields: Part[]) =>
      predictionSchema.strict().parse((await app.inject(form([image, ...fields]))).json()).map as { data: string; low?: number };
    const floats = Buffer.from((await map(["map_format", "float32"])).data, "base64");
    expect([floats.length, floats.readFloatLE(4)]).toEqual([16, Math.fround(1 / 3)]);
    expect(await map(["map", "image"], ["map_format", "png"])).toEqual({
      width: 4,
      height: 3,
      data: Buffer.from("grey").toString("base64"),
      low: 0.5,
      high: 2,
    });
    const picture = await app.inject(form([image, ["answer", "map"]]));
    expect(picture.headers).toMatchObject({
      "content-type": "image/png",
      "ltad-map-low": "0.5",
      "ltad-map-high": "2",
      "ltad-score": "1.25",
    });
    expect(picture.body).toBe("grey");
    expect(jobs.map(({ map, mapAs }) => [map, mapAs])).toEqual([
      ["grid", "numbers"],
      ["image", "png"],
      ["image", "png"],
    ]);
  });

  it("says when to come back", async () => {
    const busy = () => {
      throw new HttpError("LTAD_BUSY", "16 images wait already.", { retryAfter: 1 });
    };
    const { app } = await open({ admit: busy });
    const reply = await app.inject(form([image]));
    expect(reply.statusCode).toBe(503);
    expect(reply.headers["retry-after"]).toBe("1");
    expect(reply.json()).toEqual({ error: { code: "LTAD_BUSY", message: "16 images wait already." } });
  });
});

describe("Open Inference Protocol", () => {
  const input = (changes = {}) => ({
    name: "image",
    shape: [1],
    datatype: "BYTES",
    data: [Buffer.from("PNG bytes").toString("base64")],
    ...changes,
  });
  const infer = (app: FastifyInstance, payload: object, name = "ltad") =>
    app.inject({ method: "POST", url: `/v2/models/${name}/infer`, payload });

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

  it.each<[string, object, RegExp]>([
    ["no inputs", {}, /inputs/],
    ["another input", { inputs: [input({ name: "pixels" })] }, /input pixels: is no input/],
    ["two images", { inputs: [input(), input()] }, /expected one input image, received 2/],
    ["another type", { inputs: [input({ datatype: "INT64" })] }, /expected the datatype BYTES .* UINT8 or FP32/],
    ["more images than its shape has", { inputs: [input({ shape: [1], data: ["UE5H", "UE5H"] })] }, /expected 1 values.*received 2/],
    ["more images than one request may have", { inputs: [input({ shape: [33], data: Array(33).fill("UE5H") })] }, /at most 32 images/],
    ["an empty string", { inputs: [input({ data: [""] })] }, /base64/],
    ["what is no base64", { inputs: [input({ data: ["\u0089PNG"] })] }, /in base64, received other characters/],
    ["an unknown output", { inputs: [input()], outputs: [{ name: "heat" }] }, /unknown output .*heat.*score, class/],
    ["a decision of a model without thresholds", { inputs: [input()], outputs: [{ name: "p_value" }] }, /has no thresholds/],
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

  describe("binary tensors", () => {
    const bytes = (...strings: string[]) =>
      Buffer.concat(strings.flatMap((text) => [Buffer.from(Uint32Array.of(Buffer.byteLength(text)).buffer), Buffer.from(text)]));
    const send = (app: FastifyInstance, json: object, tensors: Buffer, headers = {}) => {
      const head = Buffer.from(JSON.stringify(json));
      const payload = Buffer.concat([head, tensors]);
      return app.inject({
        method: "POST",
        url: "/v2/models/ltad/infer",
        headers: { "inference-header-content-length": String(head.length), ...headers },
        payload,
      });
    };
    const binaryInput = (size: number, changes = {}) => ({
      name: "image",
      shape: [1],
      datatype: "BYTES",
      parameters: { binary_data_size: size },
      ...changes,
    });

    it("come in and go out behind the JSON", async () => {
      const { app, jobs } = await open();
      const tensor = bytes("PNG bytes");
      const reply = await send(app, { inputs: [binaryInput(tensor.length)], parameters: { binary_data_output: true } }, tensor);
      expect(reply.statusCode).toBe(200);
      expect(Buffer.from(jobs[0]!.image as Uint8Array).toString()).toBe("PNG bytes");
      const length = Number(reply.headers["inference-header-content-length"]);
      const { outputs } = JSON.parse(reply.rawPayload.subarray(0, length).toString()) as { outputs: object[] };
      expect(outputs).toEqual([
        { name: "score", datatype: "FP32", shape: [1], parameters: { binary_data_size: 4 } },
        { name: "class", datatype: "BYTES", shape: [1], parameters: { binary_data_size: 7 } },
        { name: "class_given", datatype: "BOOL", shape: [1], parameters: { binary_data_size: 1 } },
        { name: "anomaly_map", datatype: "FP32", shape: [1, 2, 2], parameters: { binary_data_size: 16 } },
      ]);
      const rest = reply.rawPayload.subarray(length);
      expect([rest.readFloatLE(0), rest.subarray(4, 11), rest[11], rest.readFloatLE(16)]).toEqual([
        1.25,
        bytes("nut"),
        0,
        Math.fround(1 / 3),
      ]);
    });

    it("can be some outputs, and the others JSON", async () => {
      const { app } = await open();
      const tensor = bytes("PNG bytes");
      const outputs = [{ name: "score" }, { name: "overlay", parameters: { binary_data: true } }];
      const reply = await send(app, { inputs: [binaryInput(tensor.length)], outputs }, tensor);
      const length = Number(reply.headers["inference-header-content-length"]);
      expect(JSON.parse(reply.rawPayload.subarray(0, length).toString())).toMatchObject({
        outputs: [
          { name: "score", data: [1.25] },
          { name: "overlay", parameters: { binary_data_size: 11 } },
        ],
      });
      expect(reply.rawPayload.subarray(length)).toEqual(bytes("overlay"));
    });

    it("can be one bare file without JSON", async () => {
      const { app, jobs } = await open();
      const headers = { "inference-header-content-length": "0" };
      const reply = await app.inject({ method: "POST", url: "/v2/models/ltad/infer", headers, payload: "PNG bytes" });
      expect([reply.statusCode, Buffer.from(jobs[0]!.image as Uint8Array).toString()]).toEqual([200, "PNG bytes"]);
    });

    it("can be compressed, both ways", async () => {
      const { app, jobs } = await open();
      const headers = { "content-encoding": "gzip", "accept-encoding": "gzip" };
      const data = Array.from({ length: 32 }, () => Buffer.from("PNG bytes").toString("base64"));
      const payload = gzipSync(JSON.stringify({ inputs: [input({ shape: [32], data })] }));
      const reply = await app.inject({ method: "POST", url: "/v2/models/ltad/infer", headers, payload });
      expect([reply.statusCode, reply.headers["content-encoding"], jobs.length]).toEqual([200, "gzip", 32]);
      expect(JSON.parse(gunzipSync(reply.rawPayload).toString())).toMatchObject({ outputs: [{ shape: [32] }, {}, {}, {}] });
    });

    it.each<[string, object, Buffer, object, number, RegExp]>([
      ["fewer bytes than they say", { inputs: [binaryInput(50)] }, bytes("PNG"), {}, 400, /at most the 7 bytes/],
      ["bytes that belong to nothing", { inputs: [binaryInput(7)] }, bytes("PNG", "PNG"), {}, 400, /belong to no input/],
      [
        "a string longer than its bytes",
        { inputs: [binaryInput(8)] },
        Buffer.from([255, 255, 255, 255, 1, 2, 3, 4]),
        {},
        400,
        /longer than the bytes/,
      ],
      ["a negative size", { inputs: [binaryInput(-1)] }, bytes("PNG"), {}, 400, /binary_data_size/],
      [
        "more strings than its shape",
        { inputs: [binaryInput(14, { shape: [3] })] },
        bytes("PNG", "PNG"),
        {},
        400,
        /expected 3 strings.*received 2/,
      ],
      [
        "a shape without end",
        { inputs: [binaryInput(7, { shape: [4294967296, 4294967296] })] },
        bytes("PNG"),
        {},
        400,
        /expected \d+ strings/,
      ],
      [
        "pixels of the wrong number",
        { inputs: [binaryInput(7, { datatype: "UINT8", shape: [2, 2, 3] })] },
        bytes("PNG"),
        {},
        400,
        /expected 12 bytes/,
      ],
      ["a header longer than the body", { inputs: [] }, bytes("PNG"), { "inference-header-content-length": "9999" }, 400, /less than/],
      ["a header that is none", { inputs: [] }, bytes("PNG"), { "inference-header-content-length": "-4" }, 400, /length of the JSON/],
      ["another compression", { inputs: [] }, bytes("PNG"), { "content-encoding": "br" }, 415, /expected gzip or deflate/],
      ["what is not compressed", { inputs: [] }, bytes("PNG"), { "content-encoding": "gzip" }, 400, /cannot be read/],
    ])("refuses %s", async (_, json, tensors, headers, status, message) => {
      const { app } = await open();
      const reply = await send(app, json, tensors, headers);
      expect([reply.statusCode, protocolErrorSchema.strict().safeParse(reply.json()).success]).toEqual([status, true]);
      expect(reply.body).toMatch(message);
    });

    it("do not become larger than a body may be", async () => {
      const { app } = await open();
      const reply = await app.inject({
        method: "POST",
        url: "/v2/models/ltad/infer",
        headers: { "content-encoding": "gzip" },
        payload: gzipSync(Buffer.alloc(50_000_000)),
      });
      expect(reply.statusCode).toBe(413);
    });
  });

  it("lists, unloads and loads models", async () => {
    const { app } = await open();
    const post = (url: string, payload = {}) => app.inject({ method: "POST", url: `/v2/repository/${url}`, payload });
    const index = [{ name: "ltad", version: "1", state: "READY", reason: "" }];
    expect((await post("index")).json()).toEqual(index);
    expect((await app.inject({ method: "POST", url: "/v2/repository/index" })).json()).toEqual(index);
    expect((await post("models/ltad/unload")).statusCode).toBe(200);
    expect((await post("index")).json()).toEqual([{ ...index[0], state: "UNAVAILABLE", reason: "unloaded" }]);
    expect((await post("index", { ready: true })).json()).toEqual([]);
    const away = await infer(app, { inputs: [input()] });
    expect([away.statusCode, away.json()]).toEqual([503, { error: "LTAD_NOT_READY: The model ltad is not loaded." }]);
    for (const name of ["../../etc", "..%2F..%2Fetc", "nothing"]) {
      const reply = await post(`models/${encodeURIComponent(name)}/load`);
      expect([reply.statusCode, reply.json<{ error: string }>().error]).toEqual([404, expect.stringMatching(/Unknown model/)]);
    }
    expect((await post("models/ltad/load", { parameters: { "file:1/model": "x" } })).statusCode).toBe(400);
  });

  it("lets clients load and unload only where that was allowed", async () => {
    const { app } = await open({}, { modelControl: false });
    const reply = await app.inject({ method: "POST", url: "/v2/repository/models/ltad/unload" });
    expect([reply.statusCode, reply.json()]).toEqual([403, { error: expect.stringMatching(/^LTAD_FORBIDDEN/) as string }]);
  });

  it("counts what it has done", async () => {
    const { app } = await open();
    await infer(app, { inputs: [input()] });
    await infer(app, { inputs: [input({ data: ["aGVsbG8="] })] });
    const { model_stats } = (await app.inject("/v2/models/ltad/versions/1/stats")).json<{ model_stats: object[] }>();
    expect(model_stats).toMatchObject([
      {
        name: "ltad",
        version: "1",
        inference_count: 1,
        inference_stats: { success: { count: 1 }, fail: { count: 1 }, queue: { count: 1 } },
      },
    ]);
    expect((await app.inject("/v2/models/stats")).json()).toEqual({ model_stats });
  });
});

describe("the rest", () => {
  it("is described in an OpenAPI document", async () => {
    const { app } = await open();
    const document = (await app.inject("/openapi.json")).json<{ openapi: string; paths: Record<string, object> }>();
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths).sort()).toMatchInlineSnapshot(`
      [
        "/health",
        "/healthz",
        "/metrics",
        "/predict",
        "/v2",
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/stats",
        "/v2/models/{name}",
        "/v2/models/{name}/infer",
        "/v2/models/{name}/ready",
        "/v2/models/{name}/stats",
        "/v2/models/{name}/versions/{version}",
        "/v2/models/{name}/versions/{version}/infer",
        "/v2/models/{name}/versions/{version}/ready",
        "/v2/models/{name}/versions/{version}/stats",
        "/v2/repository/index",
        "/v2/repository/models/{name}/load",
        "/v2/repository/models/{name}/unload",
      ]
    `);
    expect(document.paths["/predict"]).toMatchObject({
      post: { requestBody: { content: { "multipart/form-data": { schema: { properties: { image: { format: "binary" } } } } } } },
    });
  });

  it("has a page that may run its own script only", async () => {
    const { app } = await open();
    const reply = await app.inject("/");
    expect(reply.headers["content-type"]).toMatch("text/html");
    expect(reply.headers["content-security-policy"]).toMatch(/default-src 'none'; script-src 'sha256-/);
    expect(reply.body).toContain('data-model="ltad"');
    expect(reply.body).not.toMatch(/https?:\/\//);
  });

  it("answers what is not there with the same form of error", async () => {
    const { app } = await open();
    expect((await app.inject("/nothing")).json()).toMatchObject({ error: { code: "LTAD_NOT_FOUND" } });
    const get = await app.inject("/predict");
    expect([get.statusCode, get.headers["allow"], get.json()]).toMatchObject([405, "POST", { error: { code: "LTAD_METHOD" } }]);
    const put = await app.inject({ method: "PUT", url: "/v2/models/ltad/infer", payload: {} });
    expect([put.statusCode, put.headers["allow"], put.json()]).toEqual([
      405,
      "POST",
      { error: expect.stringMatching(/^LTAD_METHOD/) as string },
    ]);
    expect((await app.inject("/v2/nothing")).json()).toEqual({ error: expect.stringMatching(/^LTAD_NOT_FOUND: /) });
  });
});
