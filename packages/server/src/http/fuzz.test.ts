import { type AddressInfo, connect } from "node:net";
import { createRng } from "@ltad/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { FastifyInstance } from "fastify";
import { createApp } from "../app.js";
import { fakeEngine } from "../testing/fake-engine.js";
import { fakeModels } from "../testing/fake-models.js";

// Requests that a random generator made up of what attackers try. Each gets an answer of the usual form, and the server lives.

const count = 1500;
let app: FastifyInstance;
let port = 0;
beforeAll(async () => {
  app = await createApp({ models: await fakeModels(fakeEngine()), maxBytes: 50_000 });
  await app.listen({ port: 0, host: "127.0.0.1" });
  port = (app.server.address() as AddressInfo).port;
});
afterAll(() => app.close());

const methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND"];
const urls = [
  "/",
  "/predict",
  "/predict?class=tile",
  "/predict?map=image&map_format=png&answer=map",
  "/predict?class=%00&__proto__=1&constructor=2",
  `/predict?class=${"x".repeat(3000)}`,
  "/v2/models/ltad/infer",
  "/v2/models/ltad/versions/1/infer",
  "/v2/models/ltad/versions/..%2f..%2fetc/infer",
  "/v2/models/__proto__/infer",
  "/v2/models/../../etc/passwd",
  "/v2/repository/index",
  "/v2/repository/models/..%2F..%2Fetc/load",
  "/v2/models/stats",
  "/docs/../../../etc/passwd",
  "/docs/static/..%2f..%2f..%2fpackage.json",
  "/openapi.json",
  "/metrics",
  "/%ff%fe",
  "//evil.example/%2e%2e",
];
const headers = [
  "Content-Type: application/json",
  "Content-Type: multipart/form-data; boundary=x",
  "Content-Type: multipart/form-data",
  `Content-Type: multipart/form-data; boundary=${"b".repeat(500)}`,
  "Content-Type: ;;;",
  "Content-Encoding: gzip",
  "Content-Encoding: br",
  "Inference-Header-Content-Length: 5",
  "Inference-Header-Content-Length: 99999999999",
  "Accept: image/png",
  "Accept-Encoding: gzip, deflate, br",
  "Expect: 100-continue",
  "X-Request-Id: ${jndi:ldap://x}",
  "Range: bytes=0-1",
  "Authorization: Bearer x",
];
const bodies = [
  "",
  "PNG",
  "hello",
  "{}",
  "[]",
  "null",
  '{"inputs":null}',
  '{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["UE5H"]}]}',
  '{"inputs":[{"name":"image","shape":[1e308],"datatype":"UINT8","data":[1]}]}',
  '{"inputs":[{"name":"image","shape":[1,1,3],"datatype":"FP32","data":[[[null,true,"x"]]]}]}',
  '{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":1e999}}]}',
  `{"inputs":${"[".repeat(5000)}`,
  `{"__proto__":{"inputs":[]},"constructor":{"prototype":1}}`,
  '--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nPNG\r\n--x--\r\n',
  '--x\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\n1\r\n--x--\r\n',
  "--x\r\nContent-Disposition: form-data\r\n\r\n",
  "\u0000\u0001\u00ff".repeat(1000),
];

async function answerTo(bytes: Buffer): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(bytes); // not end: Node takes that for a client that has gone
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}

it(`answers ${count} requests without harm`, async () => {
  const rng = createRng("fuzz");
  const pick = <T>(list: readonly T[]) => list[Math.floor(rng.uniforms(1, 0, list.length)[0]!)]!;
  const odd: string[] = [];
  for (let i = 0; i < count; i++) {
    let body = Buffer.from(pick(bodies));
    if (rng.uniforms(1)[0]! < 0.3 && body.length > 0) {
      body = Buffer.from(body);
      for (let n = 0; n < 4; n++) body[Math.floor(rng.uniforms(1, 0, body.length)[0]!)] = Math.floor(rng.uniforms(1, 0, 256)[0]!);
    }
    const some = [...new Set([pick(headers), pick(headers)])].filter(
      (_, n, all) => n === 0 || all[0]!.split(":")[0] !== all[1]!.split(":")[0],
    );
    const start = [
      `${pick(methods)} ${pick(urls)} HTTP/1.1`,
      "Host: localhost",
      "Connection: close",
      `Content-Length: ${body.length}`,
      ...some,
    ];
    const request = Buffer.concat([Buffer.from(`${start.join("\r\n")}\r\n\r\n`), body]);
    const answer = await answerTo(request);
    const status = Number(/HTTP\/1\.1 (?!100)(\d+)/.exec(answer)?.[1]);
    const isHead = start[0]!.startsWith("HEAD");
    const isFine = status >= 200 && status < 500 && (status < 400 || isHead || answer.includes('{"error":'));
    if (!isFine || /node_modules|\.ts:\d|root:x/.test(answer.split("\r\n\r\n").slice(1).join("")))
      odd.push(`${start.join(" | ")} -> ${answer.slice(0, 300)}`);
  }
  expect(odd.slice(0, 5)).toEqual([]);
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  expect(({} as Record<string, unknown>)["inputs"]).toBeUndefined(); // no prototype was written to
}, 120_000);
