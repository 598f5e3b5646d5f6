import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors, float32 } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { openFolder } from "./open-folder.js";
import { temporaryFolder } from "./testing/fake-npm.js";
import { commit, hubServer, sha256Of } from "./testing/hub-server.js";

const weights = (value: number) => Buffer.from(encodeSafetensors({ [`w${value}`]: float32([2], [value, value]) }));
const refused = (code: string, message: string) => ({ code, message: expect.stringContaining(message) as string });

async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

describe("a folder on the disk", () => {
  it("lists its files and those one folder down, and reads them by their kind", async () => {
    const place = await folderOf({
      "config.json": '{"a":1}',
      "notes.txt": "text",
      "onnx/model.onnx": "x",
      ".git/config": "",
      "model.safetensors": weights(3),
    });
    const folder = await openFolder(place);
    expect(folder.files.toSorted()).toEqual(["config.json", "model.safetensors", "notes.txt", "onnx/model.onnx"]);
    expect(await folder.json("config.json")).toEqual({ a: 1 });
    expect(await folder.text("notes.txt")).toBe("text");
    expect(Buffer.from(await folder.bytes("onnx/model.onnx")).toString()).toBe("x");
    expect(await folder.path("onnx/model.onnx")).toBe(join(place, "onnx", "model.onnx"));
    expect((await folder.safetensors()).tensors).toMatchObject({ w3: { shape: [2] } });
    expect([await folder.json("other.json"), await folder.text("other.txt")]).toEqual([undefined, undefined]);
  });

  it("says which file is missing, and what is there", async () => {
    const folder = await openFolder(await folderOf({ "a.txt": "", "b.txt": "" }));
    await expect(folder.bytes("c.txt")).rejects.toMatchObject(
      refused("LTAD_WEIGHTS", "c.txt is missing, found a.txt, b.txt. Copy the whole"),
    );
    await expect(folder.safetensors()).rejects.toMatchObject(refused("LTAD_WEIGHTS", "expected model.safetensors, found a.txt, b.txt."));
    const broken = await openFolder(await folderOf({ "config.json": "{" }));
    await expect(broken.json("config.json")).rejects.toMatchObject(refused("LTAD_WEIGHTS", "config.json is not JSON"));
  });

  it("takes no way out of the folder for a file", async () => {
    const folder = await openFolder(await folderOf({ "a.txt": "" }));
    await expect(folder.bytes("../a.txt")).rejects.toMatchObject({ code: "LTAD_WEIGHTS" });
  });

  it("may be a single file, with what describes it beside it", async () => {
    const place = await folderOf({ "b0.safetensors": weights(1), "config.json": "{}", "other.safetensors": weights(2) });
    const folder = await openFolder(join(place, "b0.safetensors"));
    expect(folder).toMatchObject({ name: "b0", place, files: ["b0.safetensors", "config.json"] });
    expect(Object.keys((await folder.safetensors()).tensors)).toEqual(["w1"]);
  });

  it("does not exist", async () => {
    await expect(openFolder("./no/such/folder")).rejects.toMatchObject(refused("LTAD_DATA", "there is no such folder or file"));
  });
});

describe("a model of the hub", async () => {
  const index = JSON.stringify({ weight_map: { w1: "part-1.safetensors", w2: "part-2.safetensors" } });
  const files = {
    "config.json": Buffer.from("{}"),
    "model.safetensors.index.json": Buffer.from(index),
    "part-1.safetensors": weights(1),
    "part-2.safetensors": weights(2),
    "pytorch_model.bin": Buffer.from("never fetched"),
  };
  const setUp = async () => {
    const server = await hubServer(files);
    return { server, options: { hubEndpoint: server.url, hubCache: await temporaryFolder(), retryAfter: 5 } };
  };
  const fetched = (log: readonly string[]) => log.filter((line) => line.startsWith("GET")).map((line) => line.split("/").at(-1));

  it("fetches a file when it is first read, and no other", async () => {
    const { server, options } = await setUp();
    const folder = await openFolder("org/model", options);
    expect(folder).toMatchObject({ source: "org/model@main", name: "model", files: Object.keys(files) });
    expect(fetched(server.log)).toEqual(["main"]);
    await Promise.all([folder.json("config.json"), folder.json("config.json")]);
    expect(fetched(server.log)).toEqual(["main", "config.json"]);
    expect(Object.keys((await folder.safetensors()).tensors)).toEqual(["w1", "w2"]);
    expect(fetched(server.log).slice(2)).toEqual(["model.safetensors.index.json", "part-1.safetensors", "part-2.safetensors"]);
  });

  it("is what the cache has of it, offline and when the hub cannot be reached", async () => {
    const { server, options } = await setUp();
    await (await openFolder(`org/model@${commit}`, options)).json("config.json");
    await (await openFolder("org/model", options)).json("config.json");
    const before = server.log.length;
    for (const change of [{ offline: true }, { hubEndpoint: "http://127.0.0.1:9" }]) {
      const folder = await openFolder("org/model", { ...options, ...change });
      expect(folder.files).toEqual(["config.json"]);
      expect(await folder.json("config.json")).toEqual({});
    }
    expect(server.log).toHaveLength(before);
  });

  it("fetches again what failed before", async () => {
    const { server, options } = await setUp();
    const folder = await openFolder("org/model", options);
    server.status = 404;
    await expect(folder.bytes("config.json")).rejects.toMatchObject({ code: "LTAD_FETCH" });
    server.status = undefined;
    expect(await folder.json("config.json")).toEqual({});
  });
});

it("opens a file at an address", async () => {
  const server = await hubServer({ "b0.safetensors": weights(1) });
  const folder = await openFolder(`${server.store}/b0.safetensors#sha256=${sha256Of(weights(1))}`, { cacheDir: await temporaryFolder() });
  expect(folder).toMatchObject({ name: "b0", source: `${server.store}/b0.safetensors`, files: ["b0.safetensors"] });
  expect(Object.keys((await folder.safetensors()).tensors)).toEqual(["w1"]);
});

it("names the forms of a source for what has none of them", async () => {
  await expect(openFolder("resnet50")).rejects.toMatchObject({
    code: "LTAD_CONFIG",
    message:
      'model: expected the path of a model folder, owner/name[@revision] on the Hugging Face hub, npm:package@version[/folder], or https://...#sha256=..., received "resnet50".',
  });
});
