import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createRng } from "@ltad/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type RunningServer, type ServerOptions, startServer } from "./server.js";

// Inference processes are killed while clients send one request after another: every request is answered with 200.

const worker = new URL("__fixtures__/worker.mjs", import.meta.url);
let folder = "";
let server: RunningServer | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-lost-"));
  await mkdir(join(folder, "processes"));
  await writeFile(join(folder, "model.json"), "{}");
});
afterEach(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

const start = async (options: Partial<ServerOptions> = {}) =>
  (server = await startServer({ bundle: folder, port: 0, worker, processes: 2, ...options }));

const paths = { predict: "/predict?class=short", infer: "/v2/models/ltad/infer" } as const;
const image = { name: "image", shape: [2], datatype: "BYTES", data: ["CQ==", "CQ=="] };
const inference = JSON.stringify({ parameters: { class: "short" }, inputs: [image] });

/** A client that sends requests one after another. @returns what was not answered with 200 */
async function client(url: string, requests: number, kind: keyof typeof paths, onAnswer = async () => {}): Promise<string[]> {
  const faults: string[] = [];
  for (let i = 0; i < requests; i++) {
    const reply = await fetch(url + paths[kind], { method: "POST", body: kind === "infer" ? inference : Uint8Array.of(9) });
    const text = await reply.text();
    await onAnswer();
    if (reply.status !== 200) faults.push(`${reply.status} ${text}`);
  }
  return faults;
}

/** Kills the oldest or the newest process that there is. @returns whether there was one */
async function kill(which: "oldest" | "newest"): Promise<boolean> {
  const ids = (await readdir(join(folder, "processes"))).map(Number).sort((a, b) => a - b);
  const id = which === "oldest" ? ids[0] : ids.at(-1);
  if (id === undefined) return false;
  await rm(join(folder, "processes", String(id)), { force: true });
  process.kill(id, "SIGKILL");
  return true;
}

it("answers every request although its processes are killed at random moments", async () => {
  const { url } = await start();
  const rng = createRng("kills");
  const state = { answers: 0, nextKill: 3, kills: 0 };
  const onAnswer = async () => {
    if (++state.answers < state.nextKill) return;
    state.nextKill += 3 + rng.integer(10); // counted in answers, so that a slow machine has as much to do between two kills
    if (await kill(rng.uniform() < 0.5 ? "oldest" : "newest")) state.kills++;
  };
  const work = Array.from({ length: 8 }, (_, i) => client(url, 10, i % 2 === 0 ? "predict" : "infer", onAnswer));
  expect((await Promise.all(work)).flat()).toEqual([]);
  expect(state.kills).toBeGreaterThan(4);
}, 180_000);

it("answers every request although the only process is killed while the folder gets another model", async () => {
  const running = await start({ processes: 1, reloadInterval: 0, timeout: 25_000 });
  const work = Promise.all(Array.from({ length: 4 }, () => client(running.url, 10, "predict")));
  await writeFile(join(folder, "identity"), "another model");
  await kill("oldest"); // what starts now finds the other model, which this engine must not answer with
  await writeFile(join(folder, "model.json"), "{ }");
  await utimes(join(folder, "model.json"), new Date(), new Date(Date.now() + 5000));
  await wait(300);
  await running.reload();
  expect((await work).flat()).toEqual([]);
}, 120_000);
