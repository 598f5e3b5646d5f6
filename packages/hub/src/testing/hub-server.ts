import { onTestFinished } from "vitest";
import { startHub, type StartedHub, type Trick } from "./start-hub.js";

/** A hub that closes with the test. */
export async function hubServer(files: Readonly<Record<string, Buffer>>): Promise<StartedHub> {
  const hub = await startHub(files);
  onTestFinished(hub.close);
  return hub;
}

export { commit, sha256Of } from "./start-hub.js";
export type { StartedHub as HubServer, Trick } from "./start-hub.js";

/** Sends so many bytes, then cuts the connection. */
export const breakOff =
  (after: number): Trick =>
  (request, response, content) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": content.length - from });
    response.write(content.subarray(from, from + after), () => setTimeout(() => request.socket.destroy(), 200)); // so that a busy reader has them first
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
