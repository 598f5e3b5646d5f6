import { randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { lstat, readdir, readFile, readlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./testing/fake-npm.js";
import { answer, breakOff, commit, hubServer, sha256Of, type Trick } from "./testing/hub-server.js";
import type { FetchEvent, FolderOptions } from "./folder-options.js";
import { openSnapshot } from "./hub-snapshot.js";
import { urlFile } from "./url-file.js";

const weights = randomBytes(300_000);
const files = { "config.json": Buffer.from('{"model_type":"bert"}'), "model.safetensors": weights };

async function setUp() {
  const server = await hubServer(files);
  const hubCache = await temporaryFolder();
  const options: FolderOptions = { hubEndpoint: server.url, hubCache, cacheDir: hubCache, retryAfter: 5, stallAfter: 2000 };
  const root = join(hubCache, "models--org--model");
  const model = { repository: "org/model", revision: "main" };
  const fetchWeights = async (more: FolderOptions = {}) => {
    const snapshot = await openSnapshot(model, { ...options, ...more });
    await snapshot.fetch("model.safetensors");
    return readFile(join(snapshot.folder, "model.safetensors"));
  };
  const blobs = () => readdir(join(root, "blobs")).catch(() => []);
  return { server, options, root, model, fetchWeights, blobs };
}

const refused = (message: string) =>
  expect.objectContaining({ code: "LTAD_FETCH", message: expect.stringContaining(message) as string }) as Error;

describe("a model of the hub", () => {
  it("lies in the cache as Python's library lays it out, and is there offline", async () => {
    const { server, options, root, model, fetchWeights } = await setUp();
    expect(await fetchWeights()).toEqual(weights);
    const snapshot = await openSnapshot(model, options);
    await snapshot.fetch("config.json");
    expect(await readFile(join(root, "refs", "main"), "utf8")).toBe(commit);
    const link = join(root, "snapshots", commit, "model.safetensors");
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readlink(link)).toBe(join("..", "..", "blobs", sha256Of(weights)));
    const before = server.log.length;
    expect(await fetchWeights({ offline: true })).toEqual(weights);
    await (await openSnapshot({ ...model, revision: commit }, { ...options, offline: true })).fetch("config.json");
    expect(server.log).toHaveLength(before);
  });

  it("tells what happens in the words of transformers.js", async () => {
    const { fetchWeights } = await setUp();
    const events: FetchEvent[] = [];
    await fetchWeights({ onFetch: (event) => events.push(event) });
    expect([...new Set(events.map(({ status }) => status))]).toEqual(["initiate", "download", "progress", "done"]);
    expect(events.findLast(({ status }) => status === "progress")).toEqual({
      status: "progress",
      name: "org/model",
      file: "model.safetensors",
      loaded: 300_000,
      total: 300_000,
      progress: 100,
    });
  });

  it("shows the token to the hub and to nobody else", async () => {
    const { server, fetchWeights } = await setUp();
    await fetchWeights({ hubToken: "hf_secret" });
    expect(server.log.some((line) => line.startsWith("GET /model.safetensors"))).toBe(true);
    expect(server.leaked).toEqual([]);
  });

  it("goes on where a connection broke off", async () => {
    const { server, fetchWeights, blobs } = await setUp();
    server.tricks.push(breakOff(100_000), breakOff(50_000));
    expect(await fetchWeights()).toEqual(weights);
    const ranges = server.log.flatMap((line) => /bytes=(\d+)-/.exec(line)?.[1] ?? []).map(Number);
    expect(ranges).toHaveLength(2);
    expect(ranges[0]).toBeGreaterThan(0);
    expect(ranges[1]).toBeGreaterThan(ranges[0]!);
    expect(await blobs()).toEqual([sha256Of(weights)]);
  });

  it("goes on in another run, also from a part that a crash left", async () => {
    const { server, fetchWeights, blobs, root } = await setUp();
    for (let i = 0; i < 5; i++) server.tricks.push(breakOff(10_000));
    await expect(fetchWeights()).rejects.toThrow(refused("Check the connection, then run again: the part that was downloaded is kept"));
    const left = await blobs();
    expect(left).toEqual([`${sha256Of(weights)}.incomplete`]);
    expect(existsSync(join(root, "snapshots", commit, "model.safetensors"))).toBe(false);
    expect(await fetchWeights()).toEqual(weights);
    expect(server.log.at(-1)).toMatch(/bytes=[1-9]/);

    const crashed = await setUp();
    await crashed.fetchWeights({ hubCache: crashed.options.hubCache });
    const other = await setUp();
    await (await openSnapshot(other.model, other.options)).fetch("config.json");
    const part = join(other.root, "blobs", `${sha256Of(weights)}.0123456789ab.incomplete`);
    await writeFile(part, weights.subarray(0, 200_000));
    await other.fetchWeights(); // a fresh part is another process's: left alone
    expect(existsSync(part)).toBe(true);
    const third = await setUp();
    await (await openSnapshot(third.model, third.options)).fetch("config.json");
    const old = join(third.root, "blobs", `${sha256Of(weights)}.0123456789ab.incomplete`);
    await writeFile(old, weights.subarray(0, 200_000));
    await utimes(old, new Date(0), new Date(0));
    expect(await third.fetchWeights()).toEqual(weights);
    expect(third.server.log.at(-1)).toMatch(/bytes=200000-$/);
    expect(existsSync(old)).toBe(false);
  });

  it("begins again when the server ignores the range, or the part is too long", async () => {
    const { server, fetchWeights } = await setUp();
    const whole: Trick = (_, response, content) => {
      response.writeHead(200, { "content-length": content.length }).end(content);
      return true;
    };
    server.tricks.push(breakOff(100_000), whole);
    expect(await fetchWeights()).toEqual(weights);
    const second = await setUp();
    second.server.tricks.push(breakOff(100_000), answer(416));
    expect(await second.fetchWeights()).toEqual(weights);
  });

  it("refuses other bytes than the hub announced, and keeps nothing of them", async () => {
    const { server, fetchWeights, blobs } = await setUp();
    const send =
      (content: Buffer): Trick =>
      (_, response) => {
        response.writeHead(200).end(content);
        return true;
      };
    server.tricks.push(send(Buffer.concat([weights, Buffer.from("x")])));
    await expect(fetchWeights()).rejects.toThrow(refused("more than the expected 300000 bytes"));
    server.tricks.push(send(randomBytes(300_000)));
    await expect(fetchWeights()).rejects.toThrow(refused("the server sent other bytes than expected (SHA-256"));
    server.tricks.push(send(weights.subarray(0, 5000)), ...Array.from({ length: 4 }, () => answer(416)));
    await expect(fetchWeights()).rejects.toThrow(refused("its length changed"));
    expect(await blobs()).toEqual([]);
    expect(await fetchWeights()).toEqual(weights);
  });

  it("waits and tries again when there are too many requests or the server is down", async () => {
    const { server, fetchWeights } = await setUp();
    server.tricks.push(answer(429, { "retry-after": "0" }), answer(500), answer(503));
    expect(await fetchWeights()).toEqual(weights);
  });

  it("gives up on a server that sends nothing", async () => {
    const { server, fetchWeights } = await setUp();
    for (let i = 0; i < 5; i++) server.tricks.push((_, response) => Boolean(response.writeHead(200, { "content-length": 300_000 })));
    await expect(fetchWeights({ stallAfter: 50 })).rejects.toThrow(refused("no data arrived for too long"));
  });

  it.each([
    [401, "accept its licence on its page, and set HF_TOKEN"],
    [403, "accept its licence on its page, and set HF_TOKEN"],
    [404, "not found (404). Check the name of the model"],
    [400, "the server answered 400. Check the address, and HF_ENDPOINT"],
    [429, "the server answered 429. Check the connection"],
    [500, "the server answered 500. Check the connection"],
  ])("says what a %d means", async (status, message) => {
    const { server, fetchWeights } = await setUp();
    server.status = status;
    await expect(fetchWeights()).rejects.toThrow(refused(message));
  });

  it("says so when there is no server, or it is no hub", async () => {
    const { fetchWeights, server } = await setUp();
    await expect(fetchWeights({ hubEndpoint: "http://127.0.0.1:9" })).rejects.toThrow(refused("could not be fetched: fetch failed"));
    await expect(fetchWeights({ hubEndpoint: server.store })).rejects.toThrow(refused("not found (404)"));
    await expect(fetchWeights({ offline: true })).rejects.toThrow(refused("org/model@main: is not in the cache"));
  });

  it("stops on request, and goes on afterwards", async () => {
    const { server, fetchWeights, blobs } = await setUp();
    const stop = new AbortController();
    server.tricks.push((_, response, content) => {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 100_000));
      return true;
    });
    const stopAtFirstBytes = ({ loaded = 0 }: FetchEvent) => {
      if (loaded > 0) stop.abort();
    };
    await expect(fetchWeights({ signal: stop.signal, onFetch: stopAtFirstBytes })).rejects.toMatchObject({ code: "LTAD_ABORTED" });
    expect(await blobs()).toEqual([`${sha256Of(weights)}.incomplete`]);
    expect(await fetchWeights()).toEqual(weights);
    expect(server.log.at(-1)).toMatch(/bytes=[1-9]/);
  });

  it("says so when its part is removed while it arrives", async () => {
    const { fetchWeights, root } = await setUp();
    const remove = ({ loaded, total }: FetchEvent) => {
      if (loaded !== undefined && loaded === total) rmSync(join(root, "blobs"), { recursive: true });
    };
    await expect(fetchWeights({ onFetch: remove })).rejects.toThrow(refused("can no longer be read (ENOENT"));
    expect(await fetchWeights()).toEqual(weights);
  });

  it("may be fetched by several at once", async () => {
    const { fetchWeights, blobs } = await setUp();
    const all = await Promise.all(Array.from({ length: 5 }, () => fetchWeights()));
    for (const content of all) expect(content).toEqual(weights);
    expect(await blobs()).toEqual([sha256Of(weights)]);
  });

  it("takes no file name that leaves its folder", async () => {
    const names = ["../../evil.json", ".. /evil.json", "ok.json", "/etc/x", "a?b", "a\\b"]; // Windows takes ".. " for ".."
    const server = await hubServer(Object.fromEntries(names.map((name) => [name, Buffer.from("{}")])));
    const snapshot = await openSnapshot(
      { repository: "org/model", revision: "main" },
      { hubEndpoint: server.url, hubCache: await temporaryFolder(), retryAfter: 5 },
    );
    expect(snapshot.files).toEqual(["ok.json"]);
  });
});

describe("a file at an address", () => {
  it("is fetched once and known by its content", async () => {
    const { server, options } = await setUp();
    const source = { url: `${server.store}/model.safetensors`, sha256: sha256Of(weights) };
    server.tricks.push(breakOff(1000));
    const path = await urlFile(source, options);
    expect(await readFile(path)).toEqual(weights);
    const before = server.log.length;
    expect(await urlFile(source, { ...options, offline: true })).toBe(path);
    expect(server.log).toHaveLength(before);
    await expect(urlFile({ ...source, sha256: sha256Of(Buffer.from("other")) }, options)).rejects.toThrow(
      refused("other bytes than expected"),
    );
    await expect(urlFile({ ...source, sha256: sha256Of(Buffer.from("third")) }, { ...options, offline: true })).rejects.toThrow(
      refused("fetching is switched off"),
    );
  });

  it.each([
    ["ftp://host/x.safetensors", "a".repeat(64), "expected the http address"],
    ["https://host/x.exe", "a".repeat(64), "expected the http address"],
    ["https://host/x.safetensors", "", "needs the SHA-256 of the file"],
  ])("is refused: %s", async (url, sha256, message) => {
    await expect(urlFile({ url, sha256 }, {})).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringContaining(message) as string,
    });
  });
});
