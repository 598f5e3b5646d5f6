import { Agent, request } from "node:http";

/** What a load did. */
export interface LoadResult {
  /** Answers with status 200 in a second. */
  readonly rate: number;
  readonly refused: number;
  readonly failed: number;
  /** Milliseconds of the answers with status 200, in rising order. */
  readonly latencies: readonly number[];
  /** Milliseconds beyond what the inference process measured, in rising order. */
  readonly overheads: readonly number[];
}

export interface LoadOptions {
  readonly url: string;
  readonly body: Buffer;
  readonly ms: number;
  /** Clients that send one request after another; a refused one is sent again immediately. */
  readonly clients?: number;
  /** Instead of clients: requests in a second, sent whether the earlier ones are answered or not. */
  readonly perSecond?: number;
}

/** Sends images for some time, and waits for the last answers. */
export async function load({ url, body, ms, clients = 1, perSecond }: LoadOptions): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const found = { ok: 0, refused: 0, failed: 0, latencies: [] as number[], overheads: [] as number[] };
  const start = performance.now();
  const one = async () => {
    const sent = performance.now();
    const { status, total } = await post(agent, url, body);
    if (status !== 200) {
      if (status === 503) found.refused++;
      else found.failed++;
      return;
    }
    const took = performance.now() - sent;
    if (performance.now() <= start + ms) found.ok++;
    found.latencies.push(took);
    found.overheads.push(took - total);
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

function post(agent: Agent, url: string, body: Buffer): Promise<{ status: number; total: number }> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/octet-stream", "content-length": body.length };
    const sent = request(`${url}/predict`, { method: "POST", agent, headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.on("end", () => {
        const status = reply.statusCode ?? 0;
        const answer = status === 200 ? (JSON.parse(Buffer.concat(chunks).toString()) as { timing: { total: number } }) : undefined;
        resolve({ status, total: answer?.timing.total ?? 0 });
      });
    });
    sent.on("error", () => resolve({ status: 0, total: 0 }));
    sent.end(body);
  });
}
