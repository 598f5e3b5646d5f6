import { link, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { create } from "tar";
import { describe, expect, it } from "vitest";
import { fingerprint, packFiles, temporaryFolder } from "./testing/fake-npm.js";
import { readTarball } from "./read-tarball.js";

describe("readTarball", () => {
  it("gives the wanted files and leaves out the rest", async () => {
    const { pinned, tarball } = await packFiles({ "model.json": "{}", "shard.bin": "0123456789", "install.js": "exit" });
    const files = await readTarball({ ...pinned, files: pinned.files.slice(0, 2) }, tarball);
    expect(Object.keys(files)).toEqual(["model.json", "shard.bin"]);
    expect(Buffer.from(files["shard.bin"]!).toString()).toBe("0123456789");
  });

  it("refuses a tarball with other bytes before it opens it", async () => {
    const { pinned, tarball } = await packFiles({ "model.json": "{}" });
    await writeFile(tarball, "no gzip at all");
    await expect(readTarball(pinned, tarball)).rejects.toMatchObject({
      code: "LTAD_FETCH",
      message: expect.stringMatching(/^@made\/weights@1\.2\.3: npm delivered something other .*its SHA-512 is /) as string,
    });
  });

  it("refuses a file of another size or content, a missing one, and a link in its place", async () => {
    const { pinned, tarball } = await packFiles({ "model.json": "{}" });
    const [file] = pinned.files as [(typeof pinned.files)[0]];
    const refuses = (change: object, why: string, from = tarball, print = {}) =>
      expect(readTarball({ ...pinned, ...print, files: [{ ...file, ...change }] }, from)).rejects.toMatchObject({
        code: "LTAD_FETCH",
        message: expect.stringContaining(why) as string,
      });
    await refuses({ size: 3 }, "no plain file package/model.json of 3 bytes");
    await refuses({ sha256: "0" }, "package/model.json has a different SHA-256");
    await refuses({ path: "package/other.json" }, "no plain file package/other.json");
    for (const makeLink of [symlink, link]) {
      const folder = await temporaryFolder();
      await mkdir(join(folder, "package"));
      await writeFile(join(folder, "aim"), "{}");
      await makeLink(join(folder, "aim"), join(folder, "package", "model.json"));
      const hostile = join(folder, "hostile.tgz");
      create({ file: hostile, gzip: true, cwd: folder, sync: true }, ["aim", "package/model.json"]);
      await refuses({}, "no plain file package/model.json", hostile, await fingerprint(hostile));
    }
  });
});
