import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Engine } from "./engine.js";
import { startPool } from "./pool.js";

// A machine on which a process takes longer to start than a request may wait.

const worker = new URL("../__fixtures__/worker.mjs", import.meta.url);
const job = (first: number, name?: string) => ({ image: Uint8Array.of(first), class: name, map: "none" as const, heatmap: false });
const timeout = 1500;

let bundle = "";
let engine: Engine | undefined;
beforeEach(async () => {
  bundle = await mkdtemp(join(tmpdir(), "ltad-slow-pool-"));
  await mkdir(join(bundle, "processes"));
});
afterEach(async () => {
  await engine?.close();
  await rm(bundle, { recursive: true });
});

const start = async (options: { readonly openTimeout?: number } = {}) =>
  (engine = await startPool({ bundle, worker, maxPixels: 1e6, maxQueue: 8, timeout, log: () => {}, ...options }));
const die = (times: number, kind = "") => `${kind}die-${times}:${join(bundle, "died")}`;

it("costs no request, although the process needs longer to start again than a request may wait", async () => {
  const engine = await start();
  await writeFile(join(bundle, "start"), "4000");
  const answers = await Promise.all([engine.predict(job(1, die(1))), engine.predict(job(2)), engine.predict(job(3))]);
  expect(answers.map(({ score }) => score)).toEqual([1, 2, 3]);
});

it("costs no request, although each new process is killed before it is open", async () => {
  const engine = await start();
  await writeFile(join(bundle, "start"), "1000");
  const answers = Promise.all(Array.from({ length: 8 }, (_, i) => engine.predict(job(i, i === 0 ? die(1) : "short"))));
  for (let i = 0; i < 6; i++) {
    await wait(700);
    for (const id of await readdir(join(bundle, "processes"))) await kill(id);
  }
  expect((await answers).map(({ score }) => score)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

it("costs no request when a process dies after the time of its image is over", async () => {
  const engine = await start();
  expect((await engine.predict(job(1, die(3, "late-")))).score).toBe(1);
});

it("keeps nobody who waits for less time, and nobody when the process does not come in its own time", async () => {
  const engine = await start({ openTimeout: 2000 });
  await writeFile(join(bundle, "start"), "60000");
  const [died, hasty] = await Promise.allSettled([engine.predict(job(1, die(1))), engine.predict(job(2), { timeout: 300 })]);
  for (const { reason } of [died, hasty] as PromiseRejectedResult[])
    expect(reason).toMatchObject({ code: "LTAD_BUSY", message: expect.stringContaining("waited too long") as string });
  await writeFile(join(bundle, "start"), "0");
}, 20_000);

it("keeps nobody longer when the bundle can be opened no more", async () => {
  const engine = await start();
  await writeFile(join(bundle, "start"), "broken");
  await expect(engine.predict(job(1, die(1)))).rejects.toMatchObject({ code: "LTAD_BUSY" }); // this test ends before a process's two minutes
});

async function kill(id: string): Promise<void> {
  await rm(join(bundle, "processes", id));
  try {
    process.kill(Number(id), "SIGKILL");
  } catch {} // it has ended already
}
