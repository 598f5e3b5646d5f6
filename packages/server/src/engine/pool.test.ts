import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Engine } from "./engine.js";
import { Places } from "./places.js";
import { startPool } from "./pool.js";

const worker = new URL("../__fixtures__/worker.mjs", import.meta.url);
const job = (first: number, name?: string) => ({ image: Uint8Array.of(first), class: name, map: "grid" as const, heatmap: false });
const logged: string[] = [];
let engine: Engine | undefined;

async function start(
  options: { bundle?: string; maxQueue?: number; timeout?: number; openTimeout?: number; processes?: number } = {},
): Promise<Engine> {
  logged.length = 0;
  engine = await startPool({
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
    expect(engine.model.classes).toContain("tile");
  });

  it("that dies costs no request: a new one does its image again", async () => {
    const engine = await start();
    const before = await engine.predict(job(1));
    const folder = await mkdtemp(join(tmpdir(), "ltad-pool-"));
    const [again, waiting] = await Promise.all([engine.predict(job(2, `die-1:${join(folder, "died")}`)), engine.predict(job(3))]);
    expect([again.score, waiting.score]).toEqual([2, 3]);
    expect(again.width).not.toBe(before.width); // the fixture answers its process id
    expect(logged.join()).toContain("was ended by SIGKILL; it restarts in");
    expect(engine.load()).toMatchObject({ restarts: 1, waiting: 0, working: 0, places: 0 });
    await rm(folder, { recursive: true });
  });

  it("that dies again and again costs no request, as long as it is not the image's fault", async () => {
    const engine = await start({ processes: 2 });
    const folder = await mkdtemp(join(tmpdir(), "ltad-pool-"));
    const unlucky = engine.predict(job(2, `die-4:${join(folder, "died")}`));
    const others = await Promise.all([3, 4, 5].map((n) => engine.predict(job(n, "slow"))));
    expect([(await unlucky).score, ...others.map(({ score }) => score)]).toEqual([2, 3, 4, 5]);
    expect(engine.load().restarts).toBe(4);
    await rm(folder, { recursive: true });
  });

  it("that dies of one image each time costs that request alone", async () => {
    const engine = await start();
    const [died, waiting] = await Promise.allSettled([engine.predict(job(2, "die")), engine.predict(job(3))]);
    expect(died).toMatchObject({
      status: "rejected",
      reason: { code: "LTAD_CRASHED", status: 503, retryAfter: 2, message: expect.stringMatching(/SIGKILL.*happened 5 times/) },
    });
    expect(waiting).toMatchObject({ status: "fulfilled", value: { score: 3 } });
  });

  it("does not do again what nobody waits for", async () => {
    const engine = await start();
    const gone = new AbortController();
    const left = engine.predict(job(1, "die"), { signal: gone.signal });
    gone.abort();
    await expect(left).rejects.toMatchObject({ code: "LTAD_ABORTED" });
    expect((await engine.predict(job(2))).score).toBe(2);
    expect(engine.load().restarts).toBe(1);
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
    expect(engine.load()).toMatchObject({ ready: 0, processes: 1 });
    await expect.poll(() => engine.ready(), { timeout: 10_000 }).toBe(true);
  });

  it("is not ready when its model answers no numbers, and is again when it does", async () => {
    const engine = await start();
    for (let i = 0; i < 3; i++) await expect(engine.predict(job(1, "nan"))).rejects.toMatchObject({ code: "LTAD_NOT_FINITE" });
    expect(engine.ready()).toBe(false);
    await engine.predict(job(1));
    expect(engine.ready()).toBe(true);
  });

  it("is one of several that work at the same time", async () => {
    const engine = await start({ processes: 2 });
    const answers = await Promise.all([engine.predict(job(1, "slow")), engine.predict(job(2, "slow"))]);
    expect(new Set(answers.map((answer) => answer.width)).size).toBe(2);
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
  it("refuses what does not fit, before its body is read", async () => {
    const engine = await start({ maxQueue: 1 });
    const [first, second] = [engine.predict(job(1, "slow")), engine.predict(job(2))];
    await expect(engine.predict(job(3))).rejects.toMatchObject({ code: "LTAD_BUSY", retryAfter: 1 });
    expect(() => engine.admit()).toThrow(/are waiting already/);
    expect([(await first).score, (await second).score]).toEqual([1, 2]);
  });

  it("keeps a place for a body on its way, and gives it to others when that is slow", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const places = new Places(1);
      const slow = places.take();
      expect(() => places.take()).toThrow(/waiting/);
      vi.advanceTimersByTime(2000);
      const other = places.take();
      expect(() => places.hold(slow)).toThrow(/waiting/);
      other.release();
      places.hold(slow);
      vi.advanceTimersByTime(10_000);
      expect(places.taken).toBe(1);
      slow.release();
      slow.release();
      expect(places.taken).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("does not wait longer than its caller, and keeps the process that is at work", async () => {
    const engine = await start();
    await expect(engine.predict(job(1, "slow"), { timeout: 50 })).rejects.toMatchObject({ code: "LTAD_TIMEOUT", status: 504 });
    expect((await engine.predict(job(2))).score).toBe(2);
    expect(engine.load().restarts).toBe(0);
  });

  it("forgets a client that went away, and one that waited too long", async () => {
    const engine = await start({ timeout: 500 });
    const gone = new AbortController();
    const first = engine.predict(job(1, "slow"));
    const second = engine.predict(job(2), { signal: gone.signal });
    gone.abort();
    await expect(second).rejects.toMatchObject({ code: "LTAD_ABORTED" });
    expect((await first).score).toBe(1);
    const others = await Promise.allSettled([3, 4, 5].map((n) => engine.predict(job(n, "slow"))));
    expect(others[2]).toMatchObject({ reason: { code: "LTAD_BUSY", message: expect.stringContaining("waited too long") as string } });
  });
});

describe("start and end", () => {
  it("say what is wrong with the bundle", async () => {
    await expect(start({ bundle: "broken" })).rejects.toMatchObject({ code: "LTAD_BUNDLE", message: "broken: is not a bundle." });
    const deadly = {
      code: "LTAD_BUNDLE",
      message: expect.stringMatching(/^deadly: .*ended with code 7 before the bundle was open/) as string,
    };
    await expect(start({ bundle: "deadly" })).rejects.toMatchObject(deadly);
    const endless = { code: "LTAD_BUNDLE", message: expect.stringMatching(/^endless: was not open after 0\.5 s/) as string };
    await expect(start({ bundle: "endless", openTimeout: 500 })).rejects.toMatchObject(endless);
  });

  it("answer everything that has a place, and take nothing more", async () => {
    const engine = await start();
    const [first, second] = [engine.predict(job(1, "slow")), engine.predict(job(2))];
    const closed = engine.close();
    await expect(engine.predict(job(3))).rejects.toThrow(/shutting down/);
    expect([(await first).score, (await second).score]).toEqual([1, 2]);
    await closed;
  });
});
