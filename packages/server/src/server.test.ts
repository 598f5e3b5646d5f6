import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type RunningServer, type ServerOptions, startServer } from "./server.js";

const worker = new URL("__fixtures__/worker.mjs", import.meta.url);
const running: RunningServer[] = [];

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({ bundle: "sample", port: 0, worker, ...options });
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

  it("finishes the image it works on when it is closed", async () => {
    const server = await start();
    const reply = ask(server.url, 6, "slow");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await Promise.all([server.close(), expect(reply.then((r) => r.json())).resolves.toMatchObject({ score: 6 })]);
    await expect(fetch(server.url)).rejects.toThrow(/fetch failed/);
  });

  it("does not wait for a connection that never asks", async () => {
    const server = await start();
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    await once(socket, "connect");
    await Promise.all([once(socket, "close"), server.close()]);
    expect(socket.destroyed).toBe(true);
  });

  it("says what is wrong with the bundle or the port, and leaves nothing running", async () => {
    await expect(start({ bundle: "broken" })).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
    const { url } = await start();
    await expect(start({ port: Number(new URL(url).port) })).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringMatching(/is in use/),
    });
  });
});
