import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What an S3 server may do instead of answering. */
export type HttpFault = "503" | "507" | "500" | "cut" | "short" | "slow" | "silent" | "reset";

/** A request, before it is passed on. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  /** Requests before it. */
  readonly count: number;
}

/** An HTTP proxy in front of a server, which does it harm as a test decides. */
export async function faultyProxy(port: number, faultOf: (asked: Asked) => HttpFault | undefined) {
  const asked: (Asked & { readonly fault: HttpFault | undefined })[] = [];
  const proxy = createServer((incoming, answer) => {
    const one = { method: incoming.method!, path: incoming.url!, count: asked.length };
    const fault = faultOf(one);
    asked.push({ ...one, fault });
    if (fault === "silent") return;
    if (fault === "reset") return void incoming.socket.destroy();
    if (fault === "cut" || fault === "short" || fault === "slow" || fault === undefined) return passOn(port, incoming, answer, fault);
    incoming.resume();
    answer.writeHead(Number(fault), { "content-type": "application/xml" });
    answer.end(`<Error><Code>${codes[fault]}</Code><Message>test</Message></Error>`);
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}

const codes = { "500": "InternalError", "503": "SlowDown", "507": "XMinioStorageFull" };

/** "cut" ends the connection in the middle of the body; "short" passes on half of it as if it were all; "slow" pauses within it. */
function passOn(port: number, incoming: IncomingMessage, answer: ServerResponse, fault: "cut" | "short" | "slow" | undefined): void {
  const { method, url: path, headers } = incoming;
  const onward = request({ port, host: "127.0.0.1", method, path, headers }, (reply) => {
    const chunks: Buffer[] = [];
    reply.on("data", (chunk: Buffer) => chunks.push(chunk));
    reply.on("end", () => {
      const body = Buffer.concat(chunks);
      const half = body.subarray(0, Math.floor(body.length / 2));
      const sent = fault === "short" ? { ...reply.headers, "content-length": String(half.length) } : reply.headers;
      answer.writeHead(reply.statusCode!, sent);
      if (fault === "cut") answer.write(half, () => answer.destroy());
      else if (fault === "slow") dribble(answer, body);
      else answer.end(fault === "short" ? half : body);
    });
  });
  onward.on("error", () => answer.destroy());
  incoming.pipe(onward);
}

/** A tenth of a body at a time, with 0.4 s before each. */
function dribble(answer: ServerResponse, body: Buffer): void {
  const size = Math.max(1, Math.ceil(body.length / 10));
  const next = (offset: number) => {
    if (offset >= body.length) answer.end();
    else {
      answer.write(body.subarray(offset, offset + size));
      setTimeout(() => next(offset + size), 400);
    }
  };
  setTimeout(() => next(0), 400);
}
