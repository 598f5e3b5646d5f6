import type { FastifyInstance } from "fastify";
import { afterEach } from "vitest";
import { type AppOptions, createApp } from "../app.js";
import type { Engine } from "../engine/engine.js";
import { fakeEngine } from "./fake-engine.js";
import { fakeModels } from "./fake-models.js";

let app: FastifyInstance | undefined;
afterEach(async () => app?.close());

/** A server with one fake model; it is closed after the test. */
export async function openApp(overrides: Partial<Engine> = {}, options: Partial<AppOptions> = {}) {
  const engine = fakeEngine(overrides);
  app = await createApp({ models: await fakeModels(engine), maxBytes: 10_000, ...options });
  return { app, jobs: engine.jobs };
}

/** An image as an input tensor of the Open Inference Protocol. */
export function imageInput(changes: object = {}) {
  return { name: "image", shape: [1], datatype: "BYTES", data: [Buffer.from("PNG bytes").toString("base64")], ...changes };
}

/** Asks a model for an inference. */
export function infer(server: FastifyInstance, payload: object, name = "ltad") {
  return server.inject({ method: "POST", url: `/v2/models/${name}/infer`, payload });
}
