import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { longTail, scanDataset } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { type Detector, openDetector } from "@ltad/detector";
import { tinyImageEncoder, tinyTextEncoder } from "@ltad/encoder/testing";
import { resolveConfig, train } from "@ltad/train";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "./cli/testing/test-io.js";

// A class of 64 x 64 pixels whose lower half is left out; images with a white patch in either half are judged by the server.

const settings = ["preset=fast", "features.inputSize=64", "detect.steps=6", "detect.images=4", "reconstruct.width=16"];
const program = fileURLToPath(new URL("../../server/src/testing/server-program.ts", import.meta.url));
const side = 64;
const judged = "1".repeat(8) + "0".repeat(8);

let server: ReturnType<typeof fork> | undefined;
let detector: Detector;
let url = "";
let name = "";
let images: Readonly<Record<"good" | "above" | "below", Buffer>>;

beforeAll(async () => {
  const root = await temporaryFolder();
  await synthesise(join(root, "data"), { seed: 1, size: side, classes: 1, train: 8, good: 2, defects: 1 });
  const split = await longTail(await scanDataset(join(root, "data")), { protocol: "full", seed: 1 });
  const [only] = split.classes as [(typeof split.classes)[number]];
  const include = join(root, "upper.png");
  await sharp(
    Uint8Array.from({ length: side * side }, (_, i) => (i < (side * side) / 2 ? 255 : 0)),
    { raw: { width: side, height: side, channels: 1 } },
  )
    .png()
    .toFile(include);
  const out = join(root, "model");
  const encoders = { image: tinyImageEncoder(createRng(1)), text: tinyTextEncoder(createRng(2)) };
  const config = resolveConfig({ sets: settings });
  await train({ split: { ...split, classes: [{ ...only, include }] }, seed: 3, config, out, cacheDir: join(root, "cache"), encoders });
  detector = await openDetector(out);
  name = only.name;
  const good = await readFile(only.train[0]!.file);
  images = { good, above: await painted(good, 4), below: await painted(good, side - 14) };
  server = fork(program, [out], { execArgv: ["--conditions=@ltad/source", "--import", "tsx"] });
  [{ url }] = (await once(server, "message")) as [{ url: string }];
}, 120_000);
afterAll(async () => {
  server?.kill();
  await detector.dispose();
});

interface Answer {
  readonly score: number;
  readonly is_anomalous: boolean;
  readonly p_value: number;
  readonly map: { readonly data: readonly number[] };
}

async function predict(image: Buffer, map: "grid" | "image" = "grid"): Promise<Answer> {
  const query = new URLSearchParams({ class: name, map });
  const reply = await fetch(`${url}/predict?${query}`, { method: "POST", body: new Uint8Array(image) });
  expect(reply.status).toBe(200);
  return (await reply.json()) as Answer;
}

describe("the server judges the places that the model's include mask leaves", () => {
  it("as the library does, in score, decision and map", async () => {
    for (const image of Object.values(images)) {
      const there = await predict(image);
      const here = await detector.predict(image, { class: name, size: "grid" });
      expect([there.is_anomalous, there.p_value]).toEqual([here.verdict!.isAnomalous, here.verdict!.pValue]);
      expectClose([there.score], [here.score], { rtol: 1e-6, atol: 0 }, "score");
      expectClose(there.map.data, here.map, { rtol: 1e-6, atol: 0 }, "map");
      expect(there.map.data.map((value) => (value === 0 ? "0" : "1")).join("")).toBe(judged);
    }
  });

  it("so that a defect counts in the judged half alone", async () => {
    const [good, above, below] = [await predict(images.good), await predict(images.above), await predict(images.below)];
    expect(above.score / good.score).toBeGreaterThan(3);
    expect(below.score / good.score).toBeLessThan(1 + 0.2 * (above.score / good.score - 1));
    expect([above.is_anomalous, below.is_anomalous]).toEqual([true, good.is_anomalous]);
  });

  it("in maps at the size of the image, and in the protocol", async () => {
    const { map } = await predict(images.below, "image");
    expect(map.data).toHaveLength(side * side);
    expect(map.data.slice((side * side) / 2).every((value) => value === 0)).toBe(true);
    const input = { name: "image", datatype: "BYTES", shape: [1], data: [images.below.toString("base64")] };
    const body = JSON.stringify({ parameters: { class: name }, inputs: [input], outputs: [{ name: "score" }, { name: "anomaly_map" }] });
    const reply = await fetch(`${url}/v2/models/ltad/infer`, { method: "POST", body });
    const { outputs } = (await reply.json()) as { outputs: { data: number[] }[] };
    expectClose(outputs[0]!.data, [(await predict(images.below)).score], { rtol: 1e-6, atol: 0 });
    expect(outputs[1]!.data.map((value) => (value === 0 ? "0" : "1")).join("")).toBe(judged);
  });
});

/** The image with a white patch of 10 x 10 pixels. */
async function painted(image: Buffer, top: number): Promise<Buffer> {
  const input = { create: { width: 10, height: 10, channels: 3 as const, background: "white" } };
  return sharp(image)
    .composite([{ input, left: 27, top }])
    .png()
    .toBuffer();
}
