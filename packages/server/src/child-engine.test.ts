import { afterEach, describe, expect, it } from "vitest";
import { startChildEngine } from "./child-engine.js";
import type { Engine } from "./engine.js";

const worker = new URL("__fixtures__/worker.mjs", import.meta.url);
const job = (first: number, name?: string) => ({ image: Uint8Array.of(first), class: name, map: "grid" as const, heatmap: false });
const logged: string[] = [];
let engine: Engine | undefined;

async function start(options: { bundle?: string; maxQueue?: number; timeout?: number } = {}): Promise<Engine> {
  logged.length = 0;
  engine = await startChildEngine({
    bundle: "sample",
    worker,
    maxPixels: 1e6,
    maxQueue: 4,
    timeout: 10_000,
    log: (message) => logged.push(message),
    ...options,
  });
  return engine;
}

afterEach(async () => {
  await engine?.close();
  engine = undefined;
});

describe("the inference process", () => {
  it("answers in the order of the questions, with arrays as arrays", async () => {
    const engine = await start();
    const answers = await Promise.all([engine.predict(job(1, "slow")), engine.predict(job(2)), engine.predict(job(3))]);
    expect(answers.map((answer) => answer.score)).toEqual([1, 2, 3]);
    expect(answers[0]?.map?.data).toEqual(Float32Array.of(1.5, 2.5));
    expect(engine.model.classes).toEqual(["tile"]);
  });

  it("that dies costs one request; the next is answered by a new one", async () => {
    const engine = await start();
    const before = await engine.predict(job(1));
    const [died, waiting] = await Promise.allSettled([engine.predict(job(2, "die")), engine.predict(job(3))]);
    expect(died).toMatchObject({
      status: "rejected",
      reason: { code: "LTAD_CRASHED", status: 503, retryAfter: 2, message: expect.stringContaining("SIGKILL") },
    });
    expect(waiting).toMatchObject({ status: "fulfilled", value: { score: 3 } });
    expect((waiting as PromiseFulfilledResult<{ width: number }>).value.width).not.toBe(before.width);
    expect(logged.join()).toContain("restarts in");
  });

  it("that hangs is stopped at the time limit", async () => {
    const engine = await start({ timeout: 300 });
    await expect(engine.predict(job(1, "hang"))).rejects.toMatchObject({ code: "LTAD_TIMEOUT", status: 504 });
    await expect.poll(() => engine.ready(), { timeout: 10_000 }).toBe(true);
    expect((await engine.predict(job(5))).score).toBe(5);
  });

  it("is not ready between two lives", async () => {
    const engine = await start();
    expect(engine.ready()).toBe(true);
    await engine.predict(job(1, "die")).catch(() => {});
    expect(engine.ready()).toBe(false);
    await expect.poll(() => engine.ready(), { timeout: 10_000 }).toBe(true);
  });

  it("passes on our own errors, and hides a bug but logs it", async () => {
    const engine = await start();
    await expect(engine.predict(job(1, "refuse"))).rejects.toMatchObject({ code: "LTAD_IMAGE", message: "image: this is a text file." });
    const bug = await engine.predict(job(1, "bug")).catch((error: Error) => error);
    expect(bug).toMatchObject({ code: "LTAD_INTERNAL", status: 500 });
    expect((bug as Error).message).not.toContain("secret");
    expect(logged.join()).toContain("secret.ts");
  });
});

describe("the queue", () => {
  it("refuses what does not fit", async () => {
    const engine = await start({ maxQueue: 1 });
    const [first, second] = [engine.predict(job(1, "slow")), engine.predict(job(2))];
    await expect(engine.predict(job(3))).rejects.toMatchObject({ code: "LTAD_BUSY", retryAfter: 1 });
    expect(() => engine.assertRoom()).toThrow(/are waiting already/);
    expect([(await first).score, (await second).score]).toEqual([1, 2]);
  });

  it("forgets a client that went away, and one that waited too long", async () => {
    const engine = await start({ timeout: 500 });
    const gone = new AbortController();
    const first = engine.predict(job(1, "slow"));
    const second = engine.predict(job(2), gone.signal);
    gone.abort();
    await expect(second).rejects.toMatchObject({ code: "LTAD_ABORTED" });
    expect((await first).score).toBe(1);
    const third = engine.predict(job(3, "hang"));
    const fourth = engine.predict(job(4));
    await expect(third).rejects.toMatchObject({ code: "LTAD_TIMEOUT" });
    await expect(fourth).rejects.toMatchObject({ code: "LTAD_BUSY", message: expect.stringContaining("waited too long") });
  });
});

describe("start and end", () => {
  it("say what is wrong with the bundle", async () => {
    await expect(start({ bundle: "broken" })).rejects.toMatchObject({ code: "LTAD_BUNDLE", message: "broken: is not a bundle." });
    await expect(start({ bundle: "deadly" })).rejects.toThrow(/ended with code 7 before the bundle was open/);
  });

  it("finish what is being worked on and refuse the rest", async () => {
    const engine = await start();
    const [first, second] = [engine.predict(job(1, "slow")), engine.predict(job(2))];
    const [closed, answered, refused] = await Promise.allSettled([engine.close(), first, second]);
    expect(closed.status).toBe("fulfilled");
    expect(answered).toMatchObject({ status: "fulfilled", value: { score: 1 } });
    expect(refused).toMatchObject({ status: "rejected", reason: { code: "LTAD_NOT_READY" } });
    await expect(engine.predict(job(3))).rejects.toThrow(/shutting down/);
  });
});
