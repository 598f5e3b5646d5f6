import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDetector, writeBundle } from "@ltad/detector";
import { tinyParts } from "@ltad/detector/testing";
import { startServer } from "@ltad/server";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { createClient } from "./client.js";
import { isServerError, type ServerError } from "./server-error.js";

let server: Awaited<ReturnType<typeof startServer>>;
let [bundle, image] = ["", Buffer.alloc(0)];
const pixels = { width: 40, height: 32, data: Uint8Array.from({ length: 40 * 32 * 3 }, (_, i) => (7 * i) % 251) };
beforeAll(async () => {
  // The inference process runs the sources, too.
  vi.stubEnv("NODE_OPTIONS", `--conditions=@ltad/source --import ${import.meta.resolve("tsx")}`);
  bundle = join(await mkdtemp(join(tmpdir(), "ltad-client-")), "model");
  await writeBundle(bundle, tinyParts());
  server = await startServer({ bundle, port: 0, processes: 1, apiKeys: ["open-sesame-and-go-in"] });
  image = await sharp(pixels.data, { raw: { ...pixels, channels: 3 } })
    .png()
    .toBuffer();
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const client = (options = {}) => createClient(`${server.url}/`, { apiKey: "open-sesame-and-go-in", ...options });
const refused = async (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("nothing was thrown"),
    (error: ServerError) => error,
  );

/** What the detector says about the image. */
async function expected(name?: string, source: Buffer | typeof pixels = image) {
  const detector = await openDetector(bundle, { threads: 1 });
  const found = await detector.predict(source, { class: name, size: "grid" });
  await detector.dispose();
  return found;
}

it("predicts: bytes or a blob, with map and overlay", async () => {
  const { score, class: name, map } = await expected();
  const plain = await client().predict(image);
  expect(plain).toMatchObject({ class: name, classGiven: false, width: 40, height: 32, model: "ltad", modelVersion: "1" });
  expect(plain.score).toBeCloseTo(score, 6);
  expect([plain.map, plain.overlay, plain.isAnomalous]).toEqual([undefined, undefined, undefined]);
  const more = await client().predict(new Blob([new Uint8Array(image)]), { class: "nut", map: "grid", parts: true, overlay: true });
  expect(more).toMatchObject({ class: "nut", classGiven: true });
  expect(more.map!.values).toHaveLength(map.length);
  const nut = await expected("nut");
  expect([more.map, more.recMap, more.semMap].map((one) => one?.values)).toEqual([nut.map, nut.recMap, nut.semMap]);
  expect((await sharp(more.overlay).metadata()).width).toBe(40);
});

it("infers with binary tensors: several files with classes, or pixels", async () => {
  const { outputs, shapes, model, version } = await client().infer([image, image], { class: ["nut", ""] });
  expect([model, version, shapes.score]).toEqual(["ltad", "1", [2]]);
  expect([outputs.class![0], outputs.class_given]).toEqual(["nut", [true, false]]);
  expect(outputs.score![0]).toBeCloseTo((await expected("nut")).score, 6);
  const one = await client().infer(pixels, { outputs: ["score", "anomaly_map", "overlay", "map_sem"], mapSize: "image", version: "1" });
  expect(one.outputs.score![0]).toBeCloseTo((await expected(undefined, pixels)).score, 5);
  expect([one.shapes.anomaly_map, one.outputs.anomaly_map!.length]).toEqual([[1, 32, 40], 1280]);
  expect((await sharp(one.outputs.overlay![0]).metadata()).height).toBe(32);
  expect(one.shapes.map_sem).toEqual([1, 32, 40]);
});

it("asks for the metadata, and whether the server is ready", async () => {
  const { name, parameters } = await client().metadata();
  expect([name, parameters.classes, parameters.has_thresholds]).toEqual(["ltad", ["tile", "nut"], false]);
  expect(await client().ready()).toBe(true);
});

it.each([
  ["an unknown class", () => client().predict(image, { class: "bolt" }), 400, "LTAD_CONFIG", /unknown class "bolt"/],
  ["what is no image", () => client().predict(new Uint8Array(9)), 422, "LTAD_IMAGE", /image/],
  ["an unknown model", () => client({ model: "other" }).metadata(), 404, "LTAD_NOT_FOUND", /Unknown model/],
  ["a wrong key", () => client({ apiKey: "x" }).predict(image), 401, "LTAD_UNAUTHORIZED", /key/],
  ["decisions of a model without limits", () => client().infer([image], { outputs: ["p_value"] }), 400, "LTAD_REQUEST", /p_value/],
])("throws a typed error for %s", async (_, call, status, code, message) => {
  const error = await refused(call());
  expect(isServerError(error)).toBe(true);
  expect(error).toMatchObject({ status, code, message: expect.stringMatching(message) as string });
});

it("says when a server is away, slow, foreign or busy, and passes on the abort of its caller", async () => {
  expect(await refused(createClient("http://127.0.0.1:1").ready())).toMatchObject({ code: "LTAD_UNREACHABLE", status: 0 });
  const replies: Record<string, () => [number, string]> = {
    "/v2/health/ready": () => [502, "<html>gateway</html>"],
    "/v2/models/ltad": () => [503, '{"error":"LTAD_BUSY: busy"}'],
  };
  const other = createServer(({ url = "" }, reply) => {
    const [status, text] = replies[url]?.() ?? [0, ""];
    if (status) reply.writeHead(status, { "retry-after": "2" }).end(text);
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    other.closeAllConnections();
    other.close();
  });
  const away = createClient(`http://127.0.0.1:${(other.address() as AddressInfo).port}`, { timeout: 300 });
  expect(await refused(away.ready())).toMatchObject({ code: "LTAD_FOREIGN", status: 502 });
  expect(await refused(away.metadata())).toMatchObject({ code: "LTAD_BUSY", message: "busy", status: 503, retryAfter: 2 });
  expect(await refused(away.predict(image))).toMatchObject({ code: "LTAD_TIMEOUT", status: 0 });
  const error = await refused(away.predict(image, { signal: AbortSignal.abort() }));
  expect([error.name, isServerError(error)]).toEqual(["AbortError", false]);
});

it("refuses options that it does not know and images that are none, before anything is sent", async () => {
  const silent = createClient("http://127.0.0.1:1", { fetch: () => expect.fail("something was sent") });
  for (const [call, message] of [
    [() => silent.predict(image, { heatmap: true } as never), "predict: unknown option heatmap. Known ones are class, map"],
    [() => silent.infer([image], { maps: "grid" } as never), "infer: unknown option maps"],
    [() => silent.predict(image, null as never), "the options are not an object"],
    [() => silent.predict("part.png" as never), "received a text. Read the file first."],
    [() => silent.predict([1, 2] as never), "received object"],
    [() => silent.predict(new Float32Array(2) as never), "received object"],
  ] as const) {
    const error = await refused(call());
    expect(error).toMatchObject({ code: "LTAD_CONFIG", status: 0, message: expect.stringContaining(message) as string });
  }
  expect(() => createClient(server.url, { api_key: "x" } as never)).toThrow("unknown option api_key");
});
