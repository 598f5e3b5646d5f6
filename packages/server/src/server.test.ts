import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startCollector } from "./testing/otlp-collector.js";
import { type RunningServer, type ServerOptions, startServer } from "./server.js";

const worker = new URL("__fixtures__/worker.mjs", import.meta.url);
const running: RunningServer[] = [];
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-server-"));
  await mkdir(join(folder, "broken"));
  for (const place of [folder, join(folder, "broken")]) await writeFile(join(place, "model.json"), "{}");
});
afterAll(() => rm(folder, { recursive: true }));

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({ bundle: folder, port: 0, worker, ...options });
  running.push(server);
  return server;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const ask = (url: string, first: number, name = "") =>
  fetch(`${url}/predict?class=${name}`, { method: "POST", headers: { "content-type": "image/png" }, body: Uint8Array.of(first) });

describe("startServer", () => {
  it("serves on a free port of this machine only", async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await ask(url, 9)).json()).toMatchObject({ score: 9, class: "tile" });
  });

  it("answers health while an image blocks the inference process", async () => {
    const { url } = await start({ timeout: 2000 });
    const stuck = ask(url, 1, "hang");
    const health = await fetch(`${url}/v2/health/live`);
    expect(await health.json()).toEqual({ live: true });
    const reply = await stuck;
    expect([reply.status, await reply.json()]).toMatchObject([504, { error: { code: "LTAD_TIMEOUT" } }]);
  });

  it("survives the death of the inference process", async () => {
    const { url } = await start();
    const died = await ask(url, 1, "die");
    expect([died.status, died.headers.get("retry-after")]).toEqual([503, "2"]);
    await expect.poll(async () => (await fetch(`${url}/v2/health/ready`)).status, { timeout: 10_000 }).toBe(200);
    expect((await ask(url, 4)).status).toBe(200);
  });

  it("refuses more than may wait, and tells when to come back", async () => {
    const { url } = await start({ maxQueue: 1 });
    const replies = await Promise.all([1, 2, 3, 4, 5].map((n) => ask(url, n, "slow")));
    const busy = replies.filter((reply) => reply.status === 503);
    expect(busy.length).toBeGreaterThanOrEqual(1);
    expect(busy[0]?.headers.get("retry-after")).toBe("1");
    expect(replies.filter((reply) => reply.status === 200).length).toBeGreaterThanOrEqual(1);
  });

  it("answers everything that has come when it is closed, and takes nothing more", async () => {
    const server = await start();
    const replies = [6, 7, 8].map((n) => ask(server.url, n, "slow").then((reply) => reply.json()));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const closed = server.close();
    expect(await Promise.all(replies)).toMatchObject([{ score: 6 }, { score: 7 }, { score: 8 }]);
    await closed;
    await expect(fetch(server.url)).rejects.toThrow(/fetch failed/);
  });

  it("traces requests until the last answer, when told where to", async () => {
    const collector = await startCollector();
    const server = await start({ tracing: { url: `${collector.url}/v1/traces` } });
    const reply = ask(server.url, 6, "slow");
    await expect.poll(async () => (await fetch(`${server.url}/metrics`)).text(), { timeout: 10_000 }).toMatch(/^ltad_engine_working.* 1$/m);
    await server.close();
    await collector.close();
    const traceId = String((await reply).headers.get("traceparent")).split("-")[1];
    expect(collector.spans.map((span) => [span.name, span.traceId])).toEqual(
      expect.arrayContaining([
        ["POST /predict", traceId],
        ["queue", traceId],
        ["answer", traceId],
      ]),
    );
  });

  it("does not wait for a connection that never asks", async () => {
    const server = await start();
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    await once(socket, "connect");
    await Promise.all([once(socket, "close"), server.close()]);
    expect(socket.destroyed).toBe(true);
  });

  it("says what is wrong with the bundle or the port, and leaves nothing running", async () => {
    await expect(start({ bundle: join(folder, "broken") })).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
    const { url } = await start();
    await expect(start({ port: Number(new URL(url).port) })).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringMatching(/is in use/),
    });
  });
});
