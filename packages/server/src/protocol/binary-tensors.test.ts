import { gunzipSync, gzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { describe, expect, it } from "vitest";
import { protocolErrorSchema } from "../schemas.js";
import { imageInput as input, openApp as open } from "../testing/open-app.js";

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
