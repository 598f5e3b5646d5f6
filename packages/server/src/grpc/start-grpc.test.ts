import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import { duplexPair } from "node:stream";
import { type ClientUnaryCall, credentials, makeGenericClientConstructor, Metadata, status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import type { Engine } from "../engine/engine.js";
import { fakeEngine, fakeModel } from "../testing/fake-engine.js";
import { fakeModels } from "../testing/fake-models.js";
import { startCollector } from "../testing/otlp-collector.js";
import { openTracing } from "../tracing/open-tracing.js";
import { inferenceService } from "./protocol.js";
import { type GrpcOptions, type RunningGrpc, startGrpc } from "./start-grpc.js";

let server: RunningGrpc | undefined;
let client: Client | undefined;
afterEach(async () => {
  client?.close();
  await server?.close(100);
});

type Client = InstanceType<ReturnType<typeof makeGenericClientConstructor>>;
type Unary = (message: object, metadata: Metadata, done: (error: Error | null, reply: unknown) => void) => ClientUnaryCall;

async function open(overrides: Partial<Engine> = {}, options: Partial<GrpcOptions> = {}) {
  const engine = fakeEngine(overrides);
  server = await startGrpc({ models: await fakeModels(engine), host: "127.0.0.1", port: 0, modelControl: true, ...options });
  const Constructor = makeGenericClientConstructor(inferenceService(), "GRPCInferenceService");
  client = new Constructor(server.address, credentials.createInsecure());
  const answered: unknown[] = [];
  const call = (name: string, message: object = {}, headers: Record<string, string> = {}) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const metadata = new Metadata();
      for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
      const method = (client as unknown as Record<string, Unary>)[name]!.bind(client);
      const sent = method(message, metadata, (error, reply) => (error ? reject(error) : resolve(reply as Record<string, unknown>)));
      sent.on("metadata", (head: Metadata) => answered.push(head.get("traceparent")[0]));
    });
  return { call, jobs: engine.jobs, answered };
}

const file = { name: "image", datatype: "BYTES", shape: [1], contents: { bytes_contents: [Buffer.from("PNG bytes")] } };
const prefixed = (text: string) => Buffer.concat([Buffer.from(Uint32Array.of(text.length).buffer), Buffer.from(text)]);

describe("gRPC", () => {
  it("says what there is", async () => {
    const { call } = await open({ model: { ...fakeModel, decides: true } });
    expect(await call("ServerLive")).toEqual({ live: true });
    expect(await call("ServerReady")).toEqual({ ready: true });
    expect(await call("ModelReady", { name: "ltad" })).toEqual({ ready: true });
    expect(await call("ServerMetadata")).toMatchObject({
      name: "ltad-server",
      extensions: expect.arrayContaining(["statistics"]) as unknown,
    });
    expect(await call("ModelMetadata", { name: "ltad", version: "1" })).toMatchObject({ versions: ["1"], inputs: [{ shape: [-1] }] });
    expect(await call("RepositoryIndex")).toEqual({ models: [{ name: "ltad", version: "1", state: "READY", reason: "" }] });
  });

  it("judges files and pixels, raw or not, and answers bytes", async () => {
    const { call, jobs } = await open();
    const reply = await call("ModelInfer", {
      model_name: "ltad",
      id: "7",
      inputs: [file],
      parameters: { class: { string_param: "tile" } },
    });
    expect(reply).toMatchObject({
      model_name: "ltad",
      model_version: "1",
      id: "7",
      outputs: [{ name: "score", shape: [1] }, { name: "class" }, { name: "class_given" }, { name: "anomaly_map", shape: [1, 2, 2] }],
    });
    const raw = reply["raw_output_contents"] as Buffer[];
    expect([raw[0]!.readFloatLE(0), raw[1], raw[2]![0], raw[3]!.length]).toEqual([1.25, prefixed("tile"), 1, 16]);
    const { contents: _, ...bare } = file;
    await call("ModelInfer", { model_name: "ltad", inputs: [bare], raw_input_contents: [prefixed("PNG bytes")] });
    for (const { image } of jobs) expect(Buffer.from(image as Uint8Array).toString()).toBe("PNG bytes");
    const pixels = { name: "image", datatype: "UINT8", shape: [1, 1, 3], contents: { uint_contents: [1, 2, 3] } };
    await call("ModelInfer", { model_name: "ltad", inputs: [pixels], outputs: [{ name: "score" }] });
    expect(jobs.at(-1)?.image).toEqual({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3) });
    const { model_stats: stats } = await call("ModelStatistics", { name: "ltad" });
    expect(stats).toMatchObject([{ inference_count: 3, inference_stats: { success: { count: 3 } } }]);
  });

  it.each<[string, string, object, number, RegExp]>([
    ["another model", "ModelInfer", { model_name: "other", inputs: [file] }, status.NOT_FOUND, /Unknown model/],
    ["no image", "ModelInfer", { model_name: "ltad" }, status.INVALID_ARGUMENT, /expected one input image/],
    [
      "text",
      "ModelInfer",
      { model_name: "ltad", inputs: [{ ...file, contents: { bytes_contents: [Buffer.from("hi")] } }] },
      status.INVALID_ARGUMENT,
      /LTAD_IMAGE/,
    ],
    [
      "raw bytes for another number of inputs",
      "ModelInfer",
      { model_name: "ltad", inputs: [file], raw_input_contents: [file.name, file.name].map((x) => Buffer.from(x)) },
      status.INVALID_ARGUMENT,
      /one for each/,
    ],
    ["a message that is too large", "ModelInfer", { model_name: "x".repeat(200_000) }, status.RESOURCE_EXHAUSTED, /larger than max/],
    [
      "a bug",
      "ModelInfer",
      { model_name: "ltad", inputs: [{ ...file, contents: { bytes_contents: [Buffer.from("bug")] } }] },
      status.INTERNAL,
      /^(?!.*secret)/,
    ],
    [
      "to load a model from files of a request",
      "RepositoryModelLoad",
      { model_name: "ltad", parameters: { "file:1/model.onnx": { bytes_param: Buffer.from("x") } } },
      status.INVALID_ARGUMENT,
      /as it is on disk/,
    ],
    ["a model that is a path", "RepositoryModelLoad", { model_name: "../x" }, status.NOT_FOUND, /Unknown model/],
  ])("refuses %s", async (_, method, message, code, text) => {
    const { call } = await open({}, { maxBytes: 100_000 });
    await expect(call(method, message)).rejects.toMatchObject({ code, details: expect.stringMatching(text) as string });
  });

  it("needs a key where the server has keys, but for health", async () => {
    const { call } = await open({}, { apiKeys: ["correct-horse-battery"] });
    expect(await call("ServerLive")).toEqual({ live: true });
    for (const method of ["ModelInfer", "ModelMetadata", "ServerMetadata", "RepositoryIndex", "ModelStatistics", "RepositoryModelLoad"])
      await expect(call(method)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    const { models } = await call("RepositoryIndex", {}, { authorization: "Bearer correct-horse-battery" });
    expect(models).toHaveLength(1);
  });

  it("reads a few messages at a time, those of callers with a key alone, and small ones of health meanwhile", async () => {
    const maxBytes = 20_000_000;
    const image = { ...file, contents: { bytes_contents: [Buffer.alloc(10_000_000, 1)] } };
    const { call, jobs } = await open(
      {},
      { maxBytes, maxBytesInFlight: maxBytes, requestTimeout: 700, apiKeys: ["correct-horse-battery"] },
    );
    const key = { authorization: "Bearer correct-horse-battery" };
    await expect(call("ModelInfer", { model_name: "ltad", inputs: [image] })).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    const slow = http2.connect(`http://${server!.address}`);
    const headers = {
      ":method": "POST",
      ":path": "/inference.GRPCInferenceService/ModelInfer",
      "content-type": "application/grpc",
      ...key,
    };
    const half = slow.request(headers);
    for (const end of [slow, half]) end.on("error", () => {});
    half.write(Buffer.from([0, 0, 1, 0, 0, 1, 2, 3])); // three bytes of 65,536
    const trailers = once(half, "response") as Promise<[Record<string, unknown>]>;
    await new Promise((resolve) => setTimeout(resolve, 100));
    const waiting = call("ModelInfer", { model_name: "ltad", inputs: [file] }, key);
    expect(await call("ServerLive")).toEqual({ live: true });
    expect(jobs).toHaveLength(0);
    expect((await trailers)[0]).toMatchObject({ "grpc-status": `${status.DEADLINE_EXCEEDED}` });
    expect(await waiting).toHaveProperty("outputs");
    slow.destroy();
  });

  describe("an answer that nobody reads", () => {
    const answers = (bytes = 400_000): Partial<Engine> => ({
      predict: async (job) => ({ ...(await fakeEngine().predict(job)), heatmap: Buffer.alloc(bytes, 1) }),
    });
    const message = { model_name: "ltad", inputs: [file], outputs: [{ name: "overlay" }] };
    /** Calls without a window for answers: not a byte of them may be sent. */
    const connect = (options: http2.ClientSessionOptions = { settings: { initialWindowSize: 0 } }) => {
      const session = http2.connect(`http://${server!.address}`, options);
      sessions.push(session);
      const body = inferenceService()["ModelInfer"]!.requestSerialize(message);
      const head = Buffer.alloc(5);
      head.writeUInt32BE(body.length, 1);
      return () => {
        const sent = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
        for (const end of [session, sent]) end.on("error", () => {});
        sent.end(Buffer.concat([head, body]));
        return sent;
      };
    };
    const outcome = (call: (name: string, message: object) => Promise<unknown>) =>
      call("ModelInfer", { ...message, outputs: [{ name: "score" }] }).then(
        () => "answered",
        ({ details }: { details: string }) => details,
      );
    const path = "/inference.GRPCInferenceService/ModelInfer";
    const sessions: http2.ClientHttp2Session[] = [];
    afterEach(() => sessions.splice(0).forEach((session) => session.destroy()));

    it("counts until it is out, and others are refused where the memory is full", async () => {
      const { call } = await open(answers(), { maxBytes: 100_000, maxBytesInFlight: 1_000_000 });
      const ask = connect();
      await Promise.all([ask(), ask()].map((sent) => once(sent, "response")));
      await expect(call("ModelInfer", message)).rejects.toMatchObject({ code: status.UNAVAILABLE });
      sessions[0]!.destroy();
      await expect.poll(() => outcome(call)).toBe("answered");
    });

    it("is cut off when the time of a request is over, and the other calls of its connection go on", async () => {
      const { call } = await open(answers(), { requestTimeout: 300 });
      const ask = connect();
      const unread = ask();
      await once(unread, "close");
      expect(unread.rstCode).toBe(http2.constants.NGHTTP2_CANCEL);
      expect(sessions[0]!.closed).toBe(false);
      const [head] = (await once(ask(), "response")) as [Record<string, unknown>];
      expect(head[":status"]).toBe(200);
      expect(await call("ServerLive")).toEqual({ live: true });
    });

    it("is cut off with its connection where nothing is read of that, whose bytes are then free", async () => {
      const { call } = await open(answers(24_000_000), { requestTimeout: 300, maxBytesInFlight: 24_006_000, maxBytes: 100_000 });
      const socket = net.connect(Number(server!.address.split(":")[1]), "127.0.0.1");
      const [near, far] = duplexPair();
      socket.pipe(far).pipe(socket);
      const ask = connect({ settings: { initialWindowSize: 2 ** 31 - 1 }, createConnection: () => near });
      sessions[0]!.once("connect", () => sessions[0]!.setLocalWindowSize(2 ** 30));
      await once(ask(), "response");
      socket.unpipe(far);
      const closed = once(socket, "close");
      socket.on("error", () => {});
      expect(await outcome(call)).toContain("LTAD_BUSY");
      await expect.poll(() => outcome(call), { timeout: 20_000 }).toBe("answered");
      socket.resume();
      await closed;
    });
  });

  it("is traced as a part of its caller's trace, and answers with its place in it", async () => {
    const collector = await startCollector();
    const tracing = await openTracing({ url: `${collector.url}/v1/traces` }, () => {});
    const { call, answered } = await open({}, { tracing });
    const trace = "0af7651916cd43dd8448eb211c80319c";
    await call("ModelInfer", { model_name: "ltad", inputs: [file] }, { traceparent: `00-${trace}-b7ad6b7169203331-01` });
    await expect(call("ModelInfer", { model_name: "other", inputs: [file] })).rejects.toThrow("Unknown model");
    await call("ModelMetadata", { name: "ltad" });
    await tracing.close();
    await collector.close();
    const name = "inference.GRPCInferenceService/ModelInfer";
    const [image, request, refused, ...rest] = collector.spans.filter((span) => ["image", name].includes(span.name));
    expect(rest).toEqual([]);
    expect(request).toMatchObject({ name, traceId: trace, parent: "b7ad6b7169203331", attributes: { "rpc.method": "ModelInfer" } });
    expect(image).toMatchObject({ parent: request!.id, attributes: { "ltad.score": 1.25 } });
    expect(refused).toMatchObject({ name, parent: "", attributes: { "error.type": "LTAD_NOT_FOUND" } });
    expect(answered[0]).toBe(`00-${trace}-${request!.id}-01`);
  });

  it("does not hold more connections than it may", async () => {
    const { call } = await open({}, { maxConnections: 2 });
    expect(await call("ServerLive")).toEqual({ live: true });
    const [second, third] = [0, 1].map(() => net.connect(Number(server!.address.split(":")[1]), "127.0.0.1"));
    await once(third!, "close");
    expect(second!.destroyed).toBe(false);
    expect(await call("ServerLive")).toEqual({ live: true });
    second!.destroy();
  });

  it("loads and unloads where that is allowed", async () => {
    const { call } = await open({}, { modelControl: false });
    await expect(call("RepositoryModelUnload", { model_name: "ltad" })).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    await expect(
      startGrpc({
        models: await fakeModels(fakeEngine()),
        host: "127.0.0.1",
        port: Number(server!.address.split(":")[1]),
        modelControl: true,
      }),
    ).rejects.toMatchObject({
      code: "LTAD_CONFIG",
    });
  });
});
