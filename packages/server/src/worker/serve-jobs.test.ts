import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Detector, openDetector, writeBundle } from "@ltad/detector";
import { tinyParts } from "@ltad/detector/testing";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../app.js";
import type { Engine } from "../engine/engine.js";
import { fakeEngine } from "../testing/fake-engine.js";
import { fakeModels } from "../testing/fake-models.js";
import type { Answer, FromWorker, Job } from "../messages.js";
import { serveJobs } from "./serve-jobs.js";

let folder: string;
let image: Buffer;
let detector: Detector;
const sent: FromWorker[] = [];
const answer = serveJobs(
  (message) => sent.push(message),
  async ({ bundle }) => (detector = await openDetector(bundle, { threads: 1 })),
);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-server-"));
  await writeBundle(folder, tinyParts());
  image = await sharp({ create: { width: 50, height: 40, channels: 3, background: "#4080c0" } })
    .png()
    .toBuffer();
  await answer({ type: "open", options: { bundle: join(folder, "nothing"), maxPixels: 1e6 } });
  await answer({ type: "job", id: 0, job: { image, map: "none", heatmap: false } });
  await answer({ type: "open", options: { bundle: folder, maxPixels: 1e6 } });
});
afterAll(async () => {
  await detector.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function ask(job: Partial<Job>): Promise<FromWorker> {
  await answer({ type: "job", id: 7, job: { image, map: "none", heatmap: false, ...job } });
  return sent.at(-1)!;
}

describe("serveJobs on a real bundle", () => {
  it("says why a bundle does not open, and describes one that does", () => {
    expect(sent.slice(0, 3)).toMatchObject([
      { type: "failed", error: { code: "LTAD_BUNDLE", message: expect.stringContaining("does not exist") } },
      { type: "refused", id: 0, error: { code: "LTAD_INTERNAL" } },
      { type: "ready", model: { classes: ["tile", "nut"], inputSize: 32, grid: 4, encoder: "sample", decides: false } },
    ]);
  });

  it("answers as the detector does", async () => {
    const expected = await detector.predict(image, { class: "nut" });
    const { answer } = (await ask({ class: "nut", map: "image" })) as { answer: Answer };
    expect(answer).toMatchObject({ score: expected.score, class: "nut", classGiven: true, width: 50, height: 40 });
    expect(answer.map).toEqual({ width: 50, height: 40, data: expected.map });
    expect(answer.heatmap).toBeUndefined();
    expect(((await ask({ map: "grid" })) as { answer: Answer }).answer.map).toMatchObject({ width: 4, height: 4 });
  });

  it("writes a map as text or as a picture, and refuses the text of a large one", async () => {
    const { map } = await detector.predict(image, { size: "grid" });
    const text = ((await ask({ map: "grid", mapAs: "text" })) as { answer: Answer }).answer.map!.data as Uint8Array;
    expect(JSON.parse(Buffer.from(text).toString())).toEqual(Array.from(map, (value) => Number(value.toPrecision(7))));
    const { data, low, high } = ((await ask({ map: "image", mapAs: "png" })) as { answer: Answer }).answer.map!;
    expect(await sharp(data as Uint8Array).metadata()).toMatchObject({ format: "png", width: 50, height: 40, depth: "ushort" });
    expect([low, high]).toEqual([Math.min(0.5, ...map), Math.max(2, ...map)].map(() => expect.any(Number) as number));
    const wide = { width: 1100, height: 1000, data: new Uint8Array(3_300_000) };
    expect(await ask({ image: wide, map: "image", mapAs: "text" })).toMatchObject({
      type: "refused",
      error: { code: "LTAD_TOO_LARGE", message: expect.stringMatching(/1100000 values.*1000000.*float32.*PNG/) as string },
    });
    expect(await ask({ image: wide, map: "image", mapAs: "png" })).toMatchObject({ type: "answer" });
  });

  it("gives the parts of the map, and counts their values", async () => {
    const { map, recMap, semMap } = await detector.predict(image, { size: "grid" });
    const { answer } = (await ask({ map: "grid", parts: true })) as { answer: Answer };
    expect([answer.map, answer.parts?.rec, answer.parts?.sem]).toEqual(
      [map, recMap, semMap].map((data) => ({ width: 4, height: 4, data })),
    );
    const { parts } = ((await ask({ map: "image", mapAs: "png", parts: true })) as { answer: Answer }).answer;
    const { recMap: whole } = await detector.predict(image);
    expect([parts!.rec.low, parts!.rec.high]).toEqual([Math.min(...whole), Math.max(...whole)]);
    expect(await sharp(parts!.sem.data as Uint8Array).metadata()).toMatchObject({ width: 50, height: 40, depth: "ushort" });
    const wide = { width: 700, height: 600, data: new Uint8Array(1_260_000) };
    expect(await ask({ image: wide, map: "image", mapAs: "text" })).toMatchObject({ type: "answer" });
    expect(await ask({ image: wide, map: "image", mapAs: "text", parts: true })).toMatchObject({
      error: { code: "LTAD_TOO_LARGE", message: expect.stringContaining("1260000 values") as string },
    });
  });

  it("draws the overlay at the image's size", async () => {
    const { answer } = (await ask({ heatmap: true })) as { answer: Answer };
    expect(await sharp(answer.heatmap).metadata()).toMatchObject({ format: "png", width: 50, height: 40, channels: 3 });
    expect(answer.map).toBeUndefined();
  });

  it("refuses bad images and classes by their codes", async () => {
    expect(await ask({ image: Buffer.from("hello") })).toMatchObject({
      type: "refused",
      id: 7,
      error: { code: "LTAD_IMAGE", message: expect.stringMatching(/^image: this is a text file/) },
    });
    expect(await ask({ class: "bolt" })).toMatchObject({ error: { code: "LTAD_CONFIG" } });
    const large = await sharp({ create: { width: 2000, height: 600, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    expect(await ask({ image: large })).toMatchObject({
      error: { code: "LTAD_IMAGE", message: expect.stringMatching(/1000000 pixels\. Scale the image down\.$/) },
    });
  });
});

it("the whole way: HTTP, an engine in process, a real bundle", async () => {
  const engine = fakeEngine({
    model: (sent.find((message) => message.type === "ready") as { model: Engine["model"] }).model,
    predict: async (job) => ({ ...((await ask(job)) as { answer: Answer }).answer, waited: 0 }),
  });
  const app = await createApp({ models: await fakeModels(engine) });
  const reply = await app.inject({
    method: "POST",
    url: "/v2/models/ltad/infer",
    payload: { inputs: [{ name: "image", shape: [1], datatype: "BYTES", data: [image.toString("base64")] }] },
  });
  const picture = await app.inject({
    method: "POST",
    url: "/predict",
    headers: { "content-type": "image/png", accept: "image/png" },
    payload: image,
  });
  await app.close();
  const { score } = await detector.predict(image);
  expect(reply.json()).toMatchObject({ outputs: [{ data: [score] }, {}, { data: [false] }, { shape: [1, 4, 4] }] });
  expect(await sharp(picture.rawPayload).metadata()).toMatchObject({ width: 50, height: 40 });
});

it("gives 0 outside a class's include mask in every form of the map, as the detector does", async () => {
  const parts = tinyParts();
  const [tile, nut] = parts.manifest.classes;
  const half = { ...parts.manifest, classes: [{ ...tile!, judged: "1100".repeat(4) }, nut!] };
  await writeBundle(join(folder, "half"), { ...parts, manifest: half });
  const masked = await openDetector(join(folder, "half"), { threads: 1 });
  const replies: FromWorker[] = [];
  const ask = serveJobs(
    (message) => replies.push(message),
    async () => masked,
  );
  await ask({ type: "open", options: { bundle: "", maxPixels: 1e6 } });
  const expected = await masked.predict(image, { class: "tile", overlay: true });
  const isJudged = (_: unknown, pixel: number) => pixel % 50 < 25;
  expect([...expected.map].filter((value, pixel) => isJudged(value, pixel) !== value > 0)).toEqual([]);
  const job = { image, class: "tile", map: "image", heatmap: true, parts: true } as const;
  for (const mapAs of ["numbers", "text"] as const) await ask({ type: "job", id: 1, job: { ...job, mapAs } });
  const [numbers, text] = replies.slice(-2).map((reply) => (reply as { answer: Answer }).answer);
  expect(numbers).toMatchObject({ score: expected.score, heatmap: expected.overlay });
  expect([numbers!.map!.data, numbers!.parts!.rec.data, numbers!.parts!.sem.data]).toEqual([
    expected.map,
    expected.recMap,
    expected.semMap,
  ]);
  const written = JSON.parse(Buffer.from(text!.map!.data as Uint8Array).toString()) as number[];
  expect(written.every((value, pixel) => isJudged(value, pixel) === value > 0)).toBe(true);
  await masked.dispose();
});
