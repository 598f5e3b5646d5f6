import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { randomBytes } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { packFiles, registryNpm, temporaryFolder } from "./testing/fake-npm.js";
import { halfUntil, type HubServer, hubServer, sha256Of } from "./testing/hub-server.js";
import type { FolderOptions } from "./folder-options.js";

interface Loader {
  readonly child: ChildProcess;
  /** Its exit code (null: killed) and what it printed. */
  readonly ended: Promise<{ code: number | null; printed: string }>;
}

/** Another process that loads an encoder, started by a command that may stand before it. */
function startLoader(source: string, options: FolderOptions, before: readonly string[] = []): Loader {
  const node = [
    process.execPath,
    "--conditions=@ltad/source",
    "--import",
    import.meta.resolve("tsx"),
    fileURLToPath(new URL("testing/load-child.mjs", import.meta.url)),
  ];
  const [command, ...args] = [...before, ...node, JSON.stringify([source, options])];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += chunk));
  return { child, ended: once(child, "close").then(([code]) => ({ code: code as number | null, printed })) };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A promise, and what resolves it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** A source, the folder in which its file is put together, and a server whose next two requests for the file stop half-way. */
interface Held {
  readonly server: HubServer;
  readonly source: string;
  readonly options: FolderOptions;
  readonly parts: () => Promise<string[]>;
  readonly release: () => void;
}

async function heldHub(): Promise<Held> {
  const server = await hubServer({ "config.json": Buffer.from("{}"), "model.safetensors": randomBytes(400_000) });
  const hubCache = await temporaryFolder();
  const blobs = () => readdir(join(hubCache, "models--org--model/blobs"));
  const parts = async () => (await blobs().catch(() => [])).filter((name) => name.endsWith(".incomplete"));
  return { server, source: "org/model", options: { hubEndpoint: server.url, hubCache }, parts, release: hold(server) };
}

async function heldAddress(): Promise<Held> {
  const content = randomBytes(400_000);
  const server = await hubServer({ "b0.safetensors": content });
  const [cacheDir, sha256] = [await temporaryFolder(), sha256Of(content)];
  const parts = async () => (await readdir(join(cacheDir, "files", sha256)).catch(() => [])).filter((name) => name !== "b0.safetensors");
  return { server, source: `${server.store}/b0.safetensors#sha256=${sha256}`, options: { cacheDir }, parts, release: hold(server) };
}

function hold(server: HubServer): () => void {
  const { opened, open } = gate();
  server.tricks.push(halfUntil(opened), halfUntil(opened));
  return open;
}

const requests = ({ log }: HubServer) => log.filter((line) => /^GET \/\w+\.safetensors/.test(line));

describe.each([
  ["a model of the hub", heldHub],
  ["a file at an address", heldAddress],
])("%s", (_, makeHeld) => {
  it("is loaded by two processes at once, each for itself", async () => {
    const { server, source, options, parts, release } = await makeHeld();
    const loaders = [startLoader(source, options), startLoader(source, options)];
    await until(async () => requests(server).length === 2 && (await parts()).length === 2);
    release();
    const [first, second] = await Promise.all(loaders.map(({ ended }) => ended));
    expect(first?.printed).toMatch(/^\{"model":"[0-9a-f]{64}"/);
    expect(second).toEqual(first);
    expect(await parts()).toEqual([]);
  });

  it("is loaded by one when the other is killed half-way, and nothing of it stays", async () => {
    const { server, source, options, parts, release } = await makeHeld();
    const [killed, other] = [startLoader(source, options), startLoader(source, options)];
    await until(async () => requests(server).length === 2 && (await parts()).length === 2);
    killed.child.kill("SIGKILL");
    expect(await killed.ended).toEqual({ code: null, printed: "" });
    release();
    expect(await other.ended).toMatchObject({ code: 0, printed: expect.stringContaining('{"model":"') as string });
    expect(await parts()).toEqual([]);
  });

  it("is gone on with by the next start, at once, when a process was killed half-way", async () => {
    const { server, source, options, parts, release } = await makeHeld();
    const killed = startLoader(source, options);
    await until(async () => (await parts()).length === 1 && requests(server).length === 1);
    await new Promise((resolve) => setTimeout(resolve, 200)); // the half arrives
    killed.child.kill("SIGKILL");
    await killed.ended;
    release();
    expect(await startLoader(source, options).ended).toMatchObject({ code: 0, printed: expect.stringContaining('{"model":"') as string });
    expect(requests(server).at(-1)).toMatch(/ bytes=[1-9]\d*-$/);
    expect(await parts()).toEqual([]);
  });
});

/** Runs a command as in a container: in a PID namespace of its own, on a machine of the same name. */
const contained = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"];

describe.skipIf(spawnSync("unshare", [...contained.slice(1), "true"]).status !== 0)("a file that is being fetched", () => {
  it("is left to its process by a container, where its process id means nothing", async () => {
    const { server, source, options, parts, release } = await heldAddress();
    const outside = startLoader(source, options);
    await until(async () => (await parts()).length === 1 && requests(server).length === 1);
    await new Promise((resolve) => setTimeout(resolve, 200)); // the half arrives
    const inside = startLoader(source, options, contained);
    await until(() => requests(server).length === 2);
    expect(requests(server)[1]).not.toContain("bytes=");
    release();
    expect(await outside.ended).toMatchObject({ code: 0, printed: expect.stringContaining('{"model":"') as string });
    expect(await inside.ended).toEqual(await outside.ended);
    expect(await parts()).toEqual([]);
  });
});

describe.skipIf(process.platform === "win32")("an npm package", () => {
  it("is loaded by one when the other is killed half-way, by both, and by a later start", async () => {
    const { pinned, tarball } = await packFiles({ "config.json": "{}", "model.safetensors": randomBytes(1000) });
    const [cacheDir, goOn] = [await temporaryFolder(), join(await temporaryFolder(), "go-on")];
    const { npm, calls } = await registryNpm({
      tarball,
      said: { "dist.integrity": `sha512-${pinned.sha512}` },
      before: `for (let i = 0; i < 3000 && !fs.existsSync(${JSON.stringify(goOn)}); i++) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)`,
    });
    const [source, options] = ["npm:@made/weights@1.2.3", { npm, cacheDir }];
    const [killed, ...others] = [startLoader(source, options), startLoader(source, options), startLoader(source, options)];
    await until(async () => (await calls()).filter(([command]) => command === "pack").length === 3);
    killed.child.kill("SIGKILL");
    await killed.ended;
    await writeFile(goOn, "");
    const results = await Promise.all(others.map(({ ended }) => ended));
    expect(results[0]).toMatchObject({ code: 0, printed: expect.stringMatching(/^\{"model":"[0-9a-f]{64}"\}\n$/) as string });
    expect(results[1]).toEqual(results[0]);
    expect(await startLoader(source, { ...options, offline: true }).ended).toEqual(results[0]);
    const kept = await readdir(join(cacheDir, "npm"));
    expect(kept.filter((name) => !name.startsWith(".fetch-"))).toEqual(["@made+weights@1.2.3"]);
    expect(kept).toHaveLength(2); // that of the killed process goes away after a day
  });
});
