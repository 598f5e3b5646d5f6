// A store in a bucket of a real S3 server (versitygw), directly and through a proxy that does it harm: npm run test:fleet
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Patience } from "../s3/open-bucket.js";
import { faultyProxy, type HttpFault } from "../testing/faulty-proxy.js";
import { hasProgram, s3Keys, s3Server } from "../testing/servers.js";
import { sourceOptions, temporaryFolder } from "../testing/temporary-folder.js";
import { openStore } from "./open-store.js";
import { s3Store } from "./s3-store.js";

const quick: Patience = { tries: 4, pause: 20, silence: 1000 };
const content = Buffer.alloc(300_000, "0123456789");
const hash = (bytes: Uint8Array | undefined) => bytes && createHash("sha256").update(bytes).digest("hex");
const before = { ...process.env };
beforeAll(() => void Object.assign(process.env, s3Keys));
afterAll(() => void (process.env = before));

async function newBucket(endpoint: string, name = "plant") {
  const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: name }));
}

/** A server, a proxy before it that does what `fault` says, and a store by that way. */
async function behind(fault: (method: string, count: number) => HttpFault | undefined) {
  const server = await s3Server();
  await newBucket(server.url);
  const proxy = await faultyProxy(server.port, ({ method, count }) => fault(method, count));
  const direct = await s3Store("s3://plant/fleet", { endpoint: server.url });
  return { direct, proxy, server, store: await s3Store("s3://plant/fleet", { endpoint: proxy.url }, quick) };
}

describe("a store in a bucket", { timeout: 120_000 }, () => {
  beforeEach(({ skip }) => skip(!hasProgram("versitygw"), "no versitygw on this machine: docs/scale.md says how to install it"));

  it("reads what was written, lists it in order and in pages, and knows nothing else", async () => {
    const { url } = await s3Server();
    await newBucket(url);
    const store = await openStore("s3://plant/a/b/", { s3: { endpoint: url } });
    expect(await store.list("plans/x/shards")).toEqual([]);
    expect(await store.read("plans/x/plan.json")).toBeUndefined();
    const keys = Array.from({ length: 1100 }, (_, i) => `plans/x/shards/${String(i).padStart(6, "0")}/a`);
    for (let first = 0; first < keys.length; first += 50)
      await Promise.all(keys.slice(first, first + 50).map((key) => store.write(key, key)));
    await store.write("plans/x/shards-of-another/a", "1");
    const listed = await store.list("plans/x/shards"); // more than a page
    expect(listed.map(({ key }) => key)).toEqual(keys);
    expect(Math.abs(listed[0]!.modified - Date.now())).toBeLessThan(120_000);
    await store.write(keys[7]!, content);
    expect(hash(await store.read(keys[7]!))).toBe(hash(content));
    await store.write("empty", "");
    expect(await store.read("empty")).toHaveLength(0);
    const root = await openStore("s3://plant", { s3: { endpoint: url } });
    expect(hash(await root.read(`a/b/${keys[7]!}`))).toBe(hash(content));
  });

  it.each<HttpFault>(["503", "500", "cut", "silent", "reset"])("tries again what failed once: %s", async (fault) => {
    const seen = new Set<string>();
    const { store, direct } = await behind((method) => {
      if (seen.has(method)) return undefined;
      seen.add(method);
      return fault;
    });
    await store.write("x/1", content);
    expect(hash(await direct.read("x/1"))).toBe(hash(content));
    expect(hash(await store.read("x/1"))).toBe(hash(content));
    expect((await store.list("x")).map(({ key }) => key)).toEqual(["x/1"]);
  });

  it("waits for answers that are slow, but not silent for long", async () => {
    const { store, direct, proxy } = await behind(() => "slow");
    await store.write("x/1", content);
    expect(hash(await direct.read("x/1"))).toBe(hash(content));
    expect(hash(await store.read("x/1"))).toBe(hash(content)); // 4 s in all, and never silent for 1 s
    expect((await store.list("x")).map(({ key }) => key)).toEqual(["x/1"]);
    expect(proxy.asked).toHaveLength(3);
  });

  it("takes no answer for whole that was shortened on the way", async () => {
    const { store, proxy } = await behind((method, count) => (method === "GET" && count < 3 ? "short" : undefined));
    await store.write("x", content);
    expect(hash(await store.read("x"))).toBe(hash(content));
    expect(proxy.asked.filter(({ fault }) => fault === "short")).toHaveLength(2);
  });

  it.each<[HttpFault, string, RegExp]>([
    ["503", "LTAD_FETCH", /^s3:\/\/plant\/fleet\/x: http:\S+ failed, 4 times \(SlowDown: test\)/],
    ["silent", "LTAD_FETCH", /failed, 4 times \(.*(timed out|Timeout|did not establish|aborted|socket hang up)/i],
    ["507", "LTAD_WRITE", /the store is full \(XMinioStorageFull\)/],
  ])("gives up in the end: %s", async (fault, code, message) => {
    const { store, direct } = await behind(() => fault);
    const written = store.write("x", content);
    await expect(written).rejects.toMatchObject({ code });
    await expect(written).rejects.toThrow(message);
    expect(await direct.read("x")).toBeUndefined();
  });

  it("says that a bucket is missing, that keys are wrong or missing, and that no server is there", async () => {
    const server = await s3Server();
    await newBucket(server.url);
    const s3 = { endpoint: server.url };
    const list = async (address: string) => (await openStore(address, { s3 })).list("plans");
    const read = async (address: string) => (await openStore(address, { s3 })).read("a");
    for (const use of [list, read])
      await expect(use("s3://nothing/x")).rejects.toThrow(
        `${server.url} has no bucket nothing. Create it, or check its name and --s3-endpoint.`,
      );
    for (const [id, secret] of [
      ["nobody", "x"],
      [s3Keys.AWS_ACCESS_KEY_ID, "wrong"],
    ] as const) {
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret });
      const refused = (await s3Store("s3://plant/x", s3, { ...quick, silence: 900 + secret.length })).read("a"); // a client of its own
      await expect(refused).rejects.toThrow(/refuses these keys \((XAdminUserNotFound|InvalidAccessKeyId|SignatureDoesNotMatch)\)/);
    }
    for (const name of Object.keys(s3Keys)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: "true" });
    await expect((await s3Store("s3://plant/x", s3, { ...quick, silence: 950 })).read("a")).rejects.toThrow(/no keys for S3 were found/);
    Object.assign(process.env, s3Keys);
    await server.kill();
    await expect((await s3Store("s3://plant/x", s3, quick)).read("a")).rejects.toThrow(/failed, 4 times \(.*ECONNREFUSED/);
    await expect(openStore("s3://plant/x", { s3: { endpoint: "localhost:7070" } })).rejects.toThrow(/^--s3-endpoint: expected a URL/);
  });

  it("says that the package is not installed", async () => {
    const file = join(await temporaryFolder(), "hide.mjs");
    const hide = 'throw Object.assign(new Error("x"), { code: "ERR_MODULE_NOT_FOUND" })';
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(
      file,
      `export const resolve = (name, context, next) => { if (name.startsWith("@aws-sdk")) ${hide}; return next(name, context); };`,
    );
    const register = `data:text/javascript,import{register}from"node:module";register(${JSON.stringify(`file://${file}`)})`;
    const program = `import { openStore } from ${JSON.stringify(new URL("open-store.ts", import.meta.url).href)}; openStore("s3://plant/x").catch((error) => console.log(error.code, error.message))`;
    const args = [...sourceOptions.split(" "), `--import=${register}`, "--input-type=module", "-e", program];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: import.meta.dirname });
    expect(stdout, stderr).toBe(
      "LTAD_CONFIG s3://plant: the package @aws-sdk/client-s3 is needed. Install it: npm install @aws-sdk/client-s3\n",
    );
  });
});
