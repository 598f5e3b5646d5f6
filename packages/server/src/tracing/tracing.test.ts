import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../app.js";
import type { Job } from "../messages.js";
import { fakeEngine, fakeModel } from "../testing/fake-engine.js";
import { fakeModels } from "../testing/fake-models.js";
import { imageInput, infer } from "../testing/open-app.js";
import { type ReceivedSpan, startCollector } from "../testing/otlp-collector.js";
import { openTracing } from "./open-tracing.js";
import type { Tracing, TracingOptions } from "./tracing.js";

const timing = { decode: 2, encode: 30, score: 5, upsample: 0, draw: 0, total: 37 };
const traceId = "0af7651916cd43dd8448eb211c80319c";
const caller = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: "line=7" };

let collector: Awaited<ReturnType<typeof startCollector>>;
let app: FastifyInstance | undefined;
let tracing: Tracing | undefined;
beforeEach(async () => (collector = await startCollector()));
afterEach(async () => {
  await app?.close();
  await tracing?.close();
  await collector.close();
  app = tracing = undefined;
});

async function open(options: Partial<TracingOptions> = {}) {
  const engine = fakeEngine({ model: { ...fakeModel, decides: true } });
  const timed = { ...engine, predict: async (job: Job) => ({ ...(await engine.predict(job)), waited: 0, timing }) };
  tracing = await openTracing({ url: `${collector.url}/v1/traces`, ...options }, () => {});
  app = await createApp({ models: await fakeModels(timed), tracing });
  return app;
}

/** The spans that were sent, when all are. */
async function sent(): Promise<readonly ReceivedSpan[]> {
  await app!.close(); // after the last answer
  await tracing!.close();
  return collector.spans;
}

const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);
const within = (spans: readonly ReceivedSpan[], { id }: ReceivedSpan) =>
  spans.filter(({ parent }) => parent === id).map(({ name }) => name);

const predict = (server: FastifyInstance, headers = {}, payload = "PNG") =>
  server.inject({ method: "POST", url: "/predict?class=tile", headers, payload });

describe("a traced request", () => {
  it("is a part of its caller's trace, and has its parts, its image, and the stages of the image in their order", async () => {
    const reply = await predict(await open({ headers: { "x-key": "k" }, resource: { "service.name": "line 7" } }), caller);
    const spans = await sent();
    const [request] = named(spans, "POST /predict") as [ReceivedSpan];
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(reply.headers["traceparent"]).toBe(`00-${traceId}-${request.id}-01`);
    expect([request.parent, request.kind, request.status]).toEqual(["b7ad6b7169203331", 2, 0]);
    expect(request.attributes).toMatchObject({ "http.route": "/predict", "ltad.request_id": reply.headers["x-request-id"] });
    expect(request.attributes["http.response.status_code"]).toBe(200);
    expect(within(spans, request)).toEqual(expect.arrayContaining(["admit", "receive", "image", "answer"]));
    const [image] = named(spans, "image") as [ReceivedSpan];
    expect(image.attributes).toEqual({
      "ltad.model": "ltad",
      "ltad.model_version": "1",
      "ltad.class": "tile",
      "ltad.class_given": true,
      "ltad.score": 1.25,
      "ltad.is_anomalous": true,
    });
    expect(within(spans, image)).toEqual(["queue", "decode", "encode", "head"]);
    for (const span of spans) expect(span.start).toBeLessThanOrEqual(span.end);
    for (const { start, end } of spans.filter(({ parent }) => parent === image.id)) {
      expect(start).toBeGreaterThanOrEqual(image.start - 0.01);
      expect(end).toBeLessThanOrEqual(image.end + 0.01);
    }
    expect(request.resource).toMatchObject({ "service.name": "line 7", "service.version": expect.any(String) as string });
    expect(collector.headers[0]).toMatchObject({ url: "/v1/traces", "x-key": "k", "content-type": "application/x-protobuf" });
  });

  it("begins a trace where its caller has none, or one that is not well formed", async () => {
    const server = await open();
    const first = await predict(server);
    const second = await predict(server, { traceparent: "00-zz-1-01" });
    const requests = named(await sent(), "POST /predict");
    expect(requests.map(({ parent }) => parent)).toEqual(["", ""]);
    expect(requests.map(({ traceId: own }) => own)).toEqual(
      [first, second].map(({ headers }) => String(headers["traceparent"]).split("-")[1]),
    );
    expect(new Set(requests.map(({ traceId: own }) => own)).size).toBe(2);
  });

  it("has every image of an inference", async () => {
    await infer(await open(), { inputs: [imageInput({ shape: [2], data: ["UE5H", "UE5H"] })] });
    const spans = await sent();
    const [request] = named(spans, "POST /v2/models/:name/infer") as [ReceivedSpan];
    expect(named(spans, "image").map(({ parent }) => parent)).toEqual([request.id, request.id]);
  });

  it("says what went wrong", async () => {
    const server = await open();
    await predict(server, caller, "hello");
    await predict(server, caller, "bug");
    const spans = await sent();
    expect(named(spans, "image").map(({ status, attributes }) => [status, attributes["error.type"]])).toEqual([
      [2, "LTAD_IMAGE"],
      [2, "LTAD_INTERNAL"],
    ]);
    const requests = named(spans, "POST /predict");
    expect(requests.map(({ status, attributes }) => [status, attributes["http.response.status_code"]])).toEqual([
      [0, 422],
      [2, 500],
    ]);
    expect(JSON.stringify(spans)).not.toContain("secret detail");
  });
});

describe("nothing is sent", () => {
  it("of health, metrics and pages", async () => {
    const server = await open();
    for (const url of ["/health", "/metrics", "/", "/nothing"]) expect((await server.inject(url)).headers["traceparent"]).toBeUndefined();
    expect(await sent()).toEqual([]);
  });

  it("where the caller says that it does not trace, or the share is 0; their trace goes on in the answer", async () => {
    const notTraced = { traceparent: caller.traceparent.replace(/01$/, "00") };
    const reply = await predict(await open(), notTraced);
    expect(reply.headers["traceparent"]).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    expect(await sent()).toEqual([]);
    await predict(await open({ share: 0 }));
    expect(await sent()).toEqual([]);
  });

  it("unless the server decides alone", async () => {
    await predict(await open({ followsCaller: false }), { traceparent: caller.traceparent.replace(/01$/, "00") });
    expect(named(await sent(), "POST /predict")).toHaveLength(1);
  });
});

describe("openTracing", () => {
  it.each([
    [{ url: "127.0.0.1:4318" }, /expected an address such as http:\/\/127\.0\.0\.1:4318, received "127\.0\.0\.1:4318"/],
    [{ url: "ftp://x" }, /expected an address/],
    [{ url: "http://x", share: 2 }, /expected a share from 0 to 1, received 2/],
  ])("refuses %j", async (options, message) => {
    await expect(openTracing(options, () => {})).rejects.toThrow(message);
  });

  it("answers all the same where the traces are not taken, and says so", async () => {
    const refusing = await startCollector(() => 400);
    const said: string[] = [];
    tracing = await openTracing({ url: `${refusing.url}/v1/traces` }, (message) => said.push(message));
    app = await createApp({ models: await fakeModels(fakeEngine()), tracing });
    expect((await predict(app)).statusCode).toBe(200);
    await sent();
    await refusing.close();
    expect(said).toEqual([expect.stringMatching(/^traces: 127\.0\.0\.1:\d+ does not accept them \(.+\); they are lost$/)]);
  });
});
