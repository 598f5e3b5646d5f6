import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** Answers one request of a file in a way of its own; false: as usual. */
export type Trick = (request: IncomingMessage, response: ServerResponse, content: Buffer) => boolean;

export interface HubServer {
  readonly url: string;
  /** Where large files lie: another origin than the hub. */
  readonly store: string;
  /** `METHOD /path [range]` of every request so far. */
  readonly log: string[];
  /** authorization headers that the store received */
  readonly leaked: string[];
  /** Tricks for the next requests of files, one each. */
  readonly tricks: Trick[];
  /** Status of every answer but those of tricks, while it is set. */
  status: number | undefined;
}

export const commit = "0123456789abcdef0123456789abcdef01234567";

/** A Hugging Face hub with one model `org/model`: small files as git has them, `.safetensors` and `.onnx` behind a redirect to a store. */
export async function hubServer(files: Readonly<Record<string, Buffer>>): Promise<HubServer> {
  const state = { log: [] as string[], leaked: [] as string[], tricks: [] as Trick[], status: undefined as number | undefined };
  const send = (request: IncomingMessage, response: ServerResponse, content: Buffer) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from >= content.length && from > 0) return response.writeHead(416).end();
    const head = {
      "content-length": content.length - from,
      etag: `"${gitHash(content)}"`,
      ...(from > 0 && { "content-range": `bytes ${from}-` }),
    };
    response.writeHead(from > 0 ? 206 : 200, head);
    return request.method === "HEAD" ? response.end() : response.end(content.subarray(from));
  };
  const listen = async (answer: (request: IncomingMessage, response: ServerResponse, path: string) => unknown) => {
    const server = createServer((request, response) => {
      state.log.push(`${request.method} ${request.url}${request.headers.range ? ` ${request.headers.range}` : ""}`);
      answer(request, response, decodeURIComponent(request.url ?? ""));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const store = await listen((request, response, path) => {
    if (request.headers.authorization) state.leaked.push(request.headers.authorization);
    const content = files[path.slice(1)];
    if (!content) return response.writeHead(404).end();
    if (state.tricks.shift()?.(request, response, content)) return undefined;
    return send(request, response, content);
  });
  const url = await listen((request, response, path) => {
    if (state.status !== undefined) return response.writeHead(state.status, { "retry-after": "0" }).end();
    if (path === "/api/models/org/model/revision/main" || path === `/api/models/org/model/revision/${commit}`)
      return response.end(JSON.stringify({ sha: commit, siblings: Object.keys(files).map((rfilename) => ({ rfilename })) }));
    const name = path.replace(`/org/model/resolve/${commit}/`, "");
    const content = files[name];
    if (!content) return response.writeHead(404).end();
    if (!/\.(safetensors|onnx)$/.test(name)) return send(request, response, content);
    const large = { location: `${store}/${name}`, "x-linked-etag": `"${sha256Of(content)}"`, "x-linked-size": content.length };
    return response.writeHead(302, large).end();
  });
  return Object.assign(state, { url, store });
}

export function sha256Of(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function gitHash(content: Buffer): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

/** Sends so many bytes, then cuts the connection. */
export const breakOff =
  (after: number): Trick =>
  (request, response, content) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": content.length - from });
    response.write(content.subarray(from, from + after), () => setTimeout(() => request.socket.destroy(), 20));
    return true;
  };

/** Sends half of what is asked for, and the rest when the gate opens. */
export const halfUntil =
  (gate: Promise<unknown>): Trick =>
  (request, response, content) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const half = from + Math.floor((content.length - from) / 2);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": content.length - from });
    response.write(content.subarray(from, half));
    void gate.then(() => response.end(content.subarray(half)));
    return true;
  };

/** Answers with a status and headers, without a body. */
export const answer =
  (status: number, headers: Record<string, string> = {}): Trick =>
  (_, response) => {
    response.writeHead(status, headers).end();
    return true;
  };
