import { LtadError, version } from "@ltad/core";
import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "./app.js";
import type { Engine } from "./engine.js";
import { HttpError } from "./http-error.js";
import { errorSchema, inferResponseSchema, modelMetadataSchema, predictionSchema, protocolErrorSchema } from "./schemas.js";
import { fakeEngine } from "./testing/fake-engine.js";

let app: FastifyInstance | undefined;
afterEach(async () => app?.close());

async function open(overrides: Partial<Engine> = {}, maxBytes = 10_000) {
  const engine = fakeEngine(overrides);
  app = await createApp({ engine, maxBytes });
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
      timing: { total: 2 },
    });
    expect(jobs).toEqual([{ image: Buffer.from("PNG bytes"), class: "tile", map: "none", heatmap: false }]);
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
    for (const job of jobs) expect(job).toEqual({ image: Buffer.from("PNG bytes"), class: "tile", map: "none", heatmap: true });
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
    ["an unknown class", [image, ["class", "bolt"]], 400, /LTAD_CONFIG.*one of tile, nut/],
    ["two images", [image, image], 400, /LTAD_REQUEST/],
    ["too large an image", [["image", "PNG".repeat(5000), "a.png"]], 413, /LTAD_TOO_LARGE/],
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

  it("refuses other kinds of body, broken forms and broken JSON", async () => {
    const { app } = await open();
    const refusal = async (type: string, payload: string) => {
      const reply = await app.inject({ method: "POST", url: "/predict", headers: { "content-type": type }, payload });
      return [reply.statusCode, errorSchema.parse(reply.json()).error.code];
    };
    expect(await refusal("text/plain", "x")).toEqual([400, "LTAD_REQUEST"]);
    expect(await refusal("application/json", "{")).toEqual([400, "LTAD_REQUEST"]);
    expect(await refusal("multipart/form-data", "x")).toEqual([400, "LTAD_REQUEST"]);
    expect(
      await refusal("multipart/form-data; boundary=xyz", '--xyz\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nPNG'),
    ).toEqual([400, "LTAD_REQUEST"]);
  });

  it("says when to come back", async () => {
    const busy = () => {
      throw new HttpError("LTAD_BUSY", "16 images wait already.", { retryAfter: 1 });
    };
    const { app } = await open({ assertRoom: busy });
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
    expect(await get("/v2")).toEqual({ name: "ltad-server", version, extensions: [] });
    expect(await get("/v2/health/live")).toEqual({ live: true });
    expect(await get("/v2/health/ready")).toEqual({ ready: true });
    expect(await get("/v2/models/ltad/ready")).toEqual({ name: "ltad", ready: true });
    expect(modelMetadataSchema.strict().parse(await get("/v2/models/ltad"))).toMatchObject({
      name: "ltad",
      inputs: [{ name: "image", datatype: "BYTES", shape: [1] }],
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
        { name: "map", shape: [1, 2, 2], datatype: "FP32", data: [0, 0.3333333, 0.6666667, 1] },
      ],
    });
    expect(jobs[0]).toEqual({ image: Buffer.from("PNG bytes"), class: undefined, heatmap: false, map: "grid" });
  });

  it("infers what is asked for, with parameters", async () => {
    const { app, jobs } = await open();
    const reply = (
      await infer(app, { parameters: { class: "tile", map_size: "image" }, inputs: [input({ shape: [1, 1] })], outputs: [{ name: "map" }] })
    ).json<{ outputs: object[] }>();
    expect(reply.outputs).toMatchObject([{ name: "map", shape: [1, 3, 4] }]);
    expect(jobs[0]).toMatchObject({ class: "tile", map: "image" });
    await infer(app, { inputs: [input()], outputs: [{ name: "score" }] });
    expect(jobs[1]).toMatchObject({ map: "none" });
  });

  it.each<[string, object, RegExp]>([
    ["no inputs", {}, /inputs/],
    ["another input", { inputs: [input({ name: "pixels" })] }, /inputs.0.name|inputs\/0\/name/],
    ["another type", { inputs: [input({ datatype: "FP32" })] }, /datatype/],
    ["two images", { inputs: [input({ shape: [2], data: ["UE5H", "UE5H"] })] }, /expected one image/],
    ["an empty string", { inputs: [input({ data: [""] })] }, /base64/],
    ["an unknown output", { inputs: [input()], outputs: [{ name: "heat" }] }, /outputs/],
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

  it("refuses another model, binary data and too much of it", async () => {
    const { app } = await open();
    expect((await infer(app, { inputs: [input()] }, "other")).json()).toEqual({
      error: 'LTAD_NOT_FOUND: Unknown model "other"; this server serves ltad.',
    });
    const binary = await app.inject({
      method: "POST",
      url: "/v2/models/ltad/infer",
      headers: { "inference-header-content-length": "10" },
      payload: {},
    });
    expect(binary.body).toMatch(/binary_data=False/);
    expect((await infer(app, { inputs: [input({ data: ["A".repeat(100_000)] })] })).statusCode).toBe(413);
  });
});

describe("the rest", () => {
  it("is described in an OpenAPI document", async () => {
    const { app } = await open();
    const document = (await app.inject("/openapi.json")).json<{ openapi: string; paths: Record<string, object> }>();
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths).sort()).toMatchInlineSnapshot(`
      [
        "/predict",
        "/v2",
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/{name}",
        "/v2/models/{name}/infer",
        "/v2/models/{name}/ready",
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
    expect((await app.inject("/predict")).statusCode).toBe(404);
    expect((await app.inject("/v2/nothing")).json()).toEqual({ error: expect.stringMatching(/^LTAD_NOT_FOUND: /) });
  });
});
