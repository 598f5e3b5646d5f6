import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { Header, type HeaderData } from "tar";
import { describe, expect, it } from "vitest";
import { packFiles, temporaryFolder } from "./testing/fake-npm.js";
import { isPlainPath, unpackTarball } from "./unpack-tarball.js";

const wanted = { name: "@made/weights", version: "1.2.3" };
const refused = (why: string) => ({ code: "LTAD_FETCH", message: expect.stringContaining(why) as string });

/** Unpacks these bytes; what came out is in the folder. */
async function unpack(tarball: Buffer): Promise<string> {
  const [folder, file] = [await temporaryFolder(), join(await temporaryFolder(), "made.tgz")];
  await writeFile(file, tarball);
  await unpackTarball(wanted, file, folder, {});
  return folder;
}

/** The block that stands before a file. */
function header(path: string, data: HeaderData = {}): Buffer {
  const block = Buffer.alloc(512);
  new Header({ path, type: "File", mode: 0o644, size: 0, ...data }).encode(block);
  return block;
}

const end = Buffer.alloc(1024);

describe("unpackTarball", () => {
  it("keeps files whatever people call them", async () => {
    const names = ["d(1).json", "x,y.onnx", "~x.json", "é.json", "a b/c'd & e.json"];
    const { tarball } = await packFiles(Object.fromEntries(names.map((name) => [name, name])));
    const folder = await unpack(await readFile(tarball));
    for (const name of names) expect(await readFile(join(folder, name), "utf8")).toBe(name);
  });

  it("says that the tarball is damaged, not the disk", async () => {
    const { tarball } = await packFiles({ "model.json": "{}", "shard.bin": "0123456789".repeat(1000) });
    const whole = await readFile(tarball);
    const damaged = Buffer.from(gunzipSync(whole));
    damaged[512 + 1] = 7; // in the second header
    const cases = [whole.subarray(0, whole.length - 20), gzipSync(damaged), gzipSync(damaged.subarray(0, 100)), Buffer.from("no tarball")];
    for (const bytes of cases)
      await expect(unpack(bytes)).rejects.toMatchObject(refused("@made/weights@1.2.3: the published package cannot be used: its"));
  });

  it("refuses more than 10,000 files or 4 GiB", async () => {
    const headers = Array.from({ length: 10_001 }, (_, i) => header(`package/${i}`));
    const many = unpack(Buffer.concat([...headers, end]));
    await expect(many).rejects.toMatchObject(refused("cannot be used: it has more than 10000 files or 4294967296 bytes"));
    const large = unpack(Buffer.concat([header("package/a", { size: 4 * 1024 ** 3 + 1 }), end]));
    await expect(large).rejects.toMatchObject(refused("it has more than 10000 files or 4294967296 bytes"));
  });
});

describe("isPlainPath", () => {
  it.each(["a", "models/vit", "a b.json", ".hidden", "..a", "-x", "é/ü(1),~.json"])("takes %j", (path) => {
    expect(isPlainPath(path)).toBe(true);
  });

  it.each(["", "/a", "a/", "a//b", ".", "..", "a/../b", ".. /x.json", "a./b", "a /b", "a\\b", "c:x", "a\0b", "a\nb"])(
    "refuses %j",
    (path) => {
      expect(isPlainPath(path)).toBe(false);
    },
  );
});
