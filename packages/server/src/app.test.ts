import { LtadError } from "@ltad/core";
import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { type AppOptions, createApp } from "./app.js";
import type { Engine } from "./engine/engine.js";
import { HttpError } from "./http-error.js";
import { errorSchema, predictionSchema } from "./schemas.js";
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
    ["an empty image", [["image", "", "a.png"]], 400, /The file \\?"image\\?" in the form is empty/],
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

  it("gives the two parts of the map, beside it or one as a picture", async () => {
    const { app, jobs } = await open();
    const said = async (...fields: Part[]) => predictionSchema.strict().parse((await app.inject(form([image, ...fields]))).json());
    const grid = { width: 2, height: 2, data: [0, 0.3333333, 0.6666667, 1] };
    expect(await said(["parts", "true"])).toMatchObject({ map: grid, map_rec: grid, map_sem: grid });
    const { map, map_rec: rec, map_sem: sem } = await said(["parts", "true"], ["map", "image"], ["map_format", "png"]);
    expect([map, rec, sem].map((one) => [one?.width, one?.low, one?.data])).toEqual(
      [0.5, 3, 4].map((low) => [4, low, Buffer.from("grey").toString("base64")]),
    );
    const picture = await app.inject(form([image, ["answer", "map_sem"]]));
    expect(picture.headers).toMatchObject({ "content-type": "image/png", "ltad-map-low": "4", "ltad-map-high": "2" });
    expect(await said(["parts", "false"])).not.toHaveProperty("map_rec");
    expect(jobs.map((job) => [job.map, job.mapAs, job.parts])).toEqual([
      ["grid", "text", true],
      ["image", "png", true],
      ["image", "png", true],
      ["none", "text", undefined],
    ]);
  });

  it("waits a moment for a place before it refuses", async () => {
    let asked = 0;
    const full = () => {
      if (++asked === 1) throw new HttpError("LTAD_BUSY", "16 images wait already.", { retryAfter: 1 });
      return { release: () => {} };
    };
    const { app } = await open({ admit: full });
    expect((await app.inject(form([image]))).statusCode).toBe(200);
    expect(asked).toBe(2);
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

describe("the rest", () => {
  it("is described in an OpenAPI document", async () => {
    const { app } = await open();
    const document = (await app.inject("/openapi.json")).json<{ openapi: string; paths: Record<string, object> }>();
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths).sort()).toMatchInlineSnapshot(`
      [
        "/drift",
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
    expect(reply.headers["content-security-policy"]).toMatch(
      /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';/,
    );
    const script = await app.inject("/assets/main.js");
    expect([script.statusCode, script.headers["content-type"]]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect((await app.inject("/page.json")).json()).toEqual({
      models: [{ name: "ltad", bundle: "bundles/ltad/" }],
      predict: "predict",
      drift: "drift",
    });
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
