import { Agent, request } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import { afterEach, expect, it } from "vitest";
import { createApp } from "./app.js";
import type { Engine } from "./engine/engine.js";
import { fakeEngine } from "./testing/fake-engine.js";
import { fakeModels } from "./testing/fake-models.js";

let app: FastifyInstance | undefined;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
afterEach(async () => {
  agent.destroy();
  await app?.close();
});

async function open(predict: Engine["predict"]): Promise<number> {
  app = await createApp({ models: await fakeModels(fakeEngine({ predict })) });
  await app.listen({ port: 0, host: "127.0.0.1" });
  return (app.server.address() as { port: number }).port;
}

function post(port: number) {
  const headers = { "content-type": "image/png" };
  const sent = request({ port, host: "127.0.0.1", method: "POST", path: "/predict", agent, headers });
  sent.end("PNG");
  return sent;
}

it("leaves nothing on a connection that carries many images", async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const engine = fakeEngine();
  const port = await open((job, options) => (signals.push(options?.signal), engine.predict(job)));
  const connections = new Set<Socket>();
  app?.server.on("connection", (socket) => connections.add(socket));
  const listeners: number[] = [];
  for (let i = 0; i < 12; i++) {
    await new Promise<void>((resolve, reject) => {
      post(port)
        .on("error", reject)
        .on("response", (reply) => reply.resume().on("end", resolve));
    });
    await expect.poll(() => signals[i]?.aborted).toBe(true);
    listeners.push([...connections][0]?.listenerCount("close") ?? -1);
  }
  expect(connections.size).toBe(1);
  expect(new Set(listeners).size).toBe(1);
});

it("fires when the client hangs up", async () => {
  let signal: AbortSignal | undefined;
  const port = await open((_, options) => {
    const given = options?.signal;
    signal = given;
    return new Promise((__, reject) => given?.addEventListener("abort", () => reject(new Error("gone"))));
  });
  const sent = post(port).on("error", () => {});
  await expect.poll(() => signal?.aborted).toBe(false);
  sent.destroy();
  await expect.poll(() => signal?.aborted).toBe(true);
});
