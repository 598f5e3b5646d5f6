import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers one request of a file in a way of its own; false: as usual. */
export type Trick = (request: IncomingMessage, response: ServerResponse, content: Buffer) => boolean;

/** A running hub. */
export interface StartedHub {
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
  readonly close: () => void;
}

export const commit = "0123456789abcdef0123456789abcdef01234567";

/** A Hugging Face hub with one model `org/model`: small files as git has them, `.safetensors` and `.onnx` behind a redirect to a store. */
export async function startHub(files: Readonly<Record<string, Buffer>>): Promise<StartedHub> {
  const servers: Server[] = [];
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
    servers.push(server);
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
  const close = () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  };
  return Object.assign(state, { url, store, close });
}

export function sha256Of(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function gitHash(content: Buffer): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}
