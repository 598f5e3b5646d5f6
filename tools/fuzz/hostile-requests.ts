import { gzipSync } from "node:zlib";
import type { Rng } from "@ltad/core";

// Requests as attackers and broken clients send them, put together by a seeded generator: the same seed gives the same bytes.

/** What is sent over one connection. */
export interface HostileRequest {
  readonly bytes: Buffer;
  /** The first line and the headers, for a report. */
  readonly about: string;
  /** Whether its answer has no body. */
  readonly isHead: boolean;
}

const post = Array<string>(12).fill("POST");
const methods = [...post, "GET", "GET", "GET", "CONNECT", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "FETCH"];
const versions = [...Array<string>(20).fill("HTTP/1.1"), "HTTP/1.0", "HTTP/2.0", "HTTP/9"];
const long = "x".repeat(3000);
const options = [
  "class=tile",
  "class=bolt",
  "class=",
  "class=%00",
  "class=%F0%9F%94%A9",
  `class=${long}`,
  "class=tile&class=nut",
  "map=image",
  "map=grid&map_format=float32",
  "map=image&map_format=png&answer=map",
  "answer=overlay",
  "answer=html",
  "answer=map_sem",
  "parts=true&map=image",
  "parts=true&map_format=png",
  "heatmap=true",
  "heatmap[]=true",
  "false_alarm_rate=0.5",
  "false_alarm_rate=1e-320",
  "false_alarm_rate=NaN",
  "false_alarm_rate=0x1",
  "model=good",
  "model=../../etc",
  "model=__proto__",
  "__proto__=1&constructor=2&toString=3",
];
const urls = [
  "/",
  "/v2",
  "/v2/models/good",
  "/v2/models/good/infer",
  "/v2/models/good/infer",
  "/v2/models/good/infer",
  "/v2/models/good/versions/1/infer",
  "/v2/models/good/versions/1e0/infer",
  "/v2/models/good/versions/..%2f..%2fetc/infer",
  "/v2/models/__proto__/infer",
  "/v2/models/../../etc/passwd",
  "/v2/models/good%00/infer",
  "/v2/repository/index",
  "/v2/repository/models/..%2F..%2Fetc/load",
  "/v2/repository/models/good/load",
  "/v2/models/stats",
  "/v2/models/good/stats",
  "/docs",
  "/docs/",
  "/docs/../../../etc/passwd",
  "/docs/static/..%2f..%2f..%2fpackage.json",
  "/docs/static/%2e%2e/%2e%2e/package.json",
  "/openapi.json",
  "/metrics",
  "/drift",
  "/drift?model=__proto__",
  "/health",
  "/%ff%fe",
  "//evil.example/%2e%2e",
  "http://evil.example/predict",
  "http://localhost/predict",
  "*",
  `/${long}`,
  `/?${long.repeat(6)}`,
];
const hosts = [...Array<string>(20).fill("localhost"), "127.0.0.1:1", "[::1]", "evil.example", "localhost:99999", "", "a b", long];
const headers = [
  "Content-Type: application/json",
  "Content-Type: multipart/form-data; boundary=x",
  "Content-Type: multipart/form-data; boundary=x",
  "Content-Type: multipart/form-data",
  `Content-Type: multipart/form-data; boundary=${"b".repeat(500)}`,
  "Content-Type: ;;;",
  "Content-Type: image/png",
  "Content-Encoding: gzip",
  "Content-Encoding: br",
  "Content-Encoding: gzip, gzip",
  "Inference-Header-Content-Length: 0",
  "Inference-Header-Content-Length: 5",
  "Inference-Header-Content-Length: -1",
  "Inference-Header-Content-Length: 99999999999",
  "Accept: image/png",
  "Accept-Encoding: gzip, deflate, br",
  "Accept-Encoding: gzip;q=0, *;q=NaN",
  "Expect: 100-continue",
  "Expect: everything",
  "X-Request-Id: ${jndi:ldap://x}",
  `X-Request-Id: ${long}`,
  "Range: bytes=0-1",
  "Authorization: Bearer x",
  "Origin: http://evil.example",
  "Origin: null",
  "Sec-Fetch-Site: cross-site",
  "Sec-WebSocket-Key: x",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  `X-Long: ${long.repeat(8)}`,
  "X-Bad\u0000Name: 1",
  " Folded: 1",
];
const json = [
  "",
  "{}",
  "[]",
  "null",
  '"',
  '{"inputs":null}',
  '{"inputs":[{}]}',
  '{"inputs":[{"name":"image","shape":[1e308],"datatype":"UINT8","data":[1]}]}',
  '{"inputs":[{"name":"image","shape":[1,1,3],"datatype":"FP32","data":[[[null,true,"x"]]]}]}',
  '{"inputs":[{"name":"image","shape":[1,1,3],"datatype":"UINT8","data":[1,2,3]}]}',
  '{"inputs":[{"name":"image","shape":[0],"datatype":"BYTES","data":[]}]}',
  '{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":1e999}}]}',
  '{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":-4}}]}',
  '{"inputs":[{"name":"image","shape":[4294967296,4294967296,3],"datatype":"FP32","parameters":{"binary_data_size":4}}]}',
  `{"inputs":${"[".repeat(5000)}`,
  `{"inputs":[${"{},".repeat(500)}{}]}`,
  `[${"1,".repeat(50_000)}1]`,
  `{"__proto__":{"inputs":[]},"constructor":{"prototype":1}}`,
  '{"parameters":{"timeout":-1,"class":7,"map_size":"all"},"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["UE5H"]}]}',
];

/** A request of nothing good. @param images files that can be read, to be sent as they are or damaged */
export function hostileRequest(rng: Rng, images: readonly Buffer[]): HostileRequest {
  const pick = <T>(list: readonly T[]) => list[rng.integer(list.length)]!;
  const url = rng.uniform() < 0.5 ? `/predict${rng.uniform() < 0.7 ? `?${pick(options)}` : ""}` : pick(urls);
  const some = rng.shuffle(headers).slice(0, rng.integer(4));
  const isForm = some.some((header) => header.includes("boundary=x"));
  const isPacked = some.includes("Content-Encoding: gzip");
  const plain = bodyOf(rng, url, isForm, pick(images), pick);
  const body = isPacked && rng.uniform() < 0.7 ? gzipSync(plain) : plain;
  const start = `${pick(methods)} ${url} ${pick(versions)}`;
  const length = rng.uniform() < 0.98 ? body.length : rng.integer(2) * 1e12 + 1;
  const lines = [start, `Host: ${pick(hosts)}`, "Connection: close", `Content-Length: ${length}`, ...some];
  const end = rng.uniform() < 0.97 ? "\r\n" : "\n";
  const about = lines.map((line) => line.slice(0, 80)).join(" | ");
  return { bytes: Buffer.concat([Buffer.from(lines.join(end) + end + end, "latin1"), body]), about, isHead: start.startsWith("HEAD") };
}

function bodyOf(rng: Rng, url: string, isForm: boolean, image: Buffer, pick: <T>(list: readonly T[]) => T): Buffer {
  const file = damaged(rng, image);
  if (isForm) return damaged(rng, formOf(file, pick(["image", "image", "file", "__proto__", ""])), 0.2);
  if (!url.includes("infer")) return rng.uniform() < 0.8 ? file : Buffer.from(pick(json));
  if (rng.uniform() < 0.5) return damaged(rng, Buffer.from(pick(json)), 0.3);
  const tensor = { name: "image", shape: [1], datatype: "BYTES", data: [file.toString("base64")] };
  const parameters = { class: pick(["tile", "bolt", ""]), false_alarm_rate: pick([0.1, "0.1", "x", 7]), map_size: pick(["grid", "image"]) };
  return damaged(rng, Buffer.from(JSON.stringify({ ...(rng.uniform() < 0.5 && { parameters }), inputs: [tensor] })), 0.1);
}

function formOf(file: Buffer, name: string): Buffer {
  const head = `--x\r\nContent-Disposition: form-data; name="${name}"; filename="../../a.png"\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), file, Buffer.from("\r\n--x--\r\n")]);
}

/** Cut off, with other bytes, with bytes missing or too many, or as it is. */
export function damaged(rng: Rng, bytes: Buffer, share = 0.6): Buffer {
  if (bytes.length === 0 || rng.uniform() > share) return bytes;
  const at = rng.integer(bytes.length);
  const kind = rng.integer(4);
  if (kind === 0) return bytes.subarray(0, at);
  if (kind === 1) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + rng.integer(50))]);
  if (kind === 2) return Buffer.concat([bytes, Buffer.alloc(rng.integer(1000), rng.integer(256))]);
  const changed = Buffer.from(bytes);
  for (let n = 0; n < 1 + rng.integer(8); n++) changed[rng.integer(changed.length)] = rng.integer(256);
  return changed;
}
