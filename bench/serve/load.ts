import { Agent, request } from "node:http";

/** What a load did. */
export interface LoadResult {
  /** Answers with status 200 in a second. */
  readonly rate: number;
  readonly refused: number;
  readonly failed: number;
  /** Milliseconds of the answers with status 200, in rising order. */
  readonly latencies: readonly number[];
  /** Milliseconds beyond what the inference process measured, in rising order; none of a server that does not say that. */
  readonly overheads: readonly number[];
}

export interface LoadOptions {
  /** Where to send: to one after another. */
  readonly urls: readonly string[];
  readonly body: Buffer;
  readonly type?: string;
  readonly ms: number;
  /** Clients that send one request after another; a refused one is sent again immediately. */
  readonly clients?: number;
  /** Instead of clients: requests in a second, sent whether the earlier ones are answered or not. */
  readonly perSecond?: number;
  /** Milliseconds after which an answer counts as failed; a minute by default: a server that hangs must not hold up a measurement. */
  readonly longestWait?: number;
}

/** An image as people send it with curl. */
export const imageTo = (server: string, body: Buffer) => ({ urls: [`${server}/predict`], body });

/** An image in a request of the Open Inference Protocol. */
export const tensorTo = (servers: readonly string[], file: Buffer) => ({
  urls: servers.map((server) => `${server}/v2/models/ltad/infer`),
  type: "application/json",
  body: Buffer.from(JSON.stringify({ inputs: [{ name: "image", shape: [1], datatype: "BYTES", data: [file.toString("base64")] }] })),
});

/** Sends images for some time, and waits for the last answers. */
export async function load({
  urls,
  body,
  type = "application/octet-stream",
  ms,
  clients = 1,
  perSecond,
  longestWait = 60_000,
}: LoadOptions): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const found = { ok: 0, refused: 0, failed: 0, latencies: [] as number[], overheads: [] as number[] };
  const start = performance.now();
  let next = 0;
  const one = async () => {
    const sent = performance.now();
    const { status, total } = await post(agent, urls[next++ % urls.length]!, body, { type, longestWait });
    if (status !== 200) {
      if (status === 503) found.refused++;
      else found.failed++;
      return;
    }
    const took = performance.now() - sent;
    if (performance.now() <= start + ms) found.ok++;
    found.latencies.push(took);
    if (total !== undefined) found.overheads.push(took - total);
  };
  const client = async () => {
    while (performance.now() < start + ms) await one();
  };
  if (perSecond === undefined) await Promise.all(Array.from({ length: clients }, client));
  else await paced(one, perSecond, ms);
  agent.destroy();
  const rising = (values: number[]) => values.sort((a, b) => a - b);
  return { ...found, rate: (found.ok * 1000) / ms, latencies: rising(found.latencies), overheads: rising(found.overheads) };
}

async function paced(one: () => Promise<void>, perSecond: number, ms: number): Promise<void> {
  const running: Promise<void>[] = [];
  const start = performance.now();
  for (let i = 0; (i * 1000) / perSecond < ms; i++) {
    const wait = start + (i * 1000) / perSecond - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    running.push(one());
  }
  await Promise.all(running);
}

interface Answered {
  readonly status: number;
  /** Milliseconds that the server measured, where it says so. */
  readonly total: number | undefined;
}

function post(
  agent: Agent,
  url: string,
  body: Buffer,
  { type, longestWait }: { readonly type: string; readonly longestWait: number },
): Promise<Answered> {
  return new Promise((resolve) => {
    const headers = { "content-type": type, "content-length": body.length };
    const failed = () => resolve({ status: 0, total: undefined });
    const sent = request(url, { method: "POST", agent, headers, timeout: longestWait }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.on("error", failed); // cut off within the answer
      reply.on("end", () => {
        const status = reply.statusCode ?? 0;
        const text = Buffer.concat(chunks).toString();
        const answer = status === 200 ? (JSON.parse(text) as { timing?: { total: number } }) : undefined;
        resolve({ status, total: answer?.timing?.total });
      });
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", failed);
    sent.end(body);
  });
}
