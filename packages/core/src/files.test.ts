import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { float32 } from "./array.js";
import { readSafetensors, sha256, writeError, writeFileAtomic, writeSafetensors } from "./files.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("writeFileAtomic", () => {
  it("makes the folders, writes texts and bytes, replaces, and leaves nothing beside", async () => {
    const path = join(folder, "a/b/c.txt");
    await writeFileAtomic(path, "one");
    await writeFileAtomic(path, Uint8Array.of(104, 105));
    expect(await readFile(path, "utf8")).toBe("hi");
    expect(await readdir(join(folder, "a/b"))).toEqual(["c.txt"]);
  });

  it("takes names as long as the file system does", async () => {
    const name = "n".repeat(255);
    await writeFileAtomic(join(folder, name), "x");
    expect(await readdir(folder)).toEqual([name]);
  });

  it("leaves one whole content when many write at once", async () => {
    const path = join(folder, "same");
    const contents = Array.from({ length: 12 }, (_, i) => String(i).repeat(50_000));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(contents).toContain(await readFile(path, "utf8"));
    expect(await readdir(folder)).toEqual(["same"]);
  });

  it.each<[string, (folder: string) => Promise<string>, string]>([
    ["a folder in its place", async (f) => (await mkdir(join(f, "x")), join(f, "x")), "it is a folder"],
    ["a file in place of its folder", async (f) => (await writeFile(join(f, "x"), ""), join(f, "x/y")), "a file, not a folder"],
    ["a file deeper in place of its folder", async (f) => (await writeFile(join(f, "x"), ""), join(f, "x/y/z")), "a file, not a folder"],
    ["a name that is too long", (f) => Promise.resolve(join(f, "n".repeat(300))), "choose a shorter one"],
  ])("says what to do about %s, and leaves nothing", async (_, make, words) => {
    const path = await make(folder);
    const before = await readdir(folder);
    const failure: unknown = await writeFileAtomic(path, "content").catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "LTAD_WRITE", details: { file: path } });
    expect(String(failure).toLowerCase()).toContain(words);
    expect(await readdir(folder)).toEqual(before);
  });

  it("says that the disk is full, leaves nothing half-written and keeps what was there", async ({ skip }) => {
    const disk = join(folder, "disk");
    await mkdir(disk);
    if (!mounted(disk)) skip("needs the right to mount a small tmpfs");
    try {
      const path = join(disk, "model.bin");
      await writeFileAtomic(path, "before");
      await expect(writeFileAtomic(path, new Uint8Array(4 << 20))).rejects.toThrow(`${path}: the disk is full.`);
      expect(await readdir(disk)).toEqual(["model.bin"]);
      expect(await readFile(path, "utf8")).toBe("before");
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});

/** Mounts 256 KiB of tmpfs; false where that is not allowed. */
function mounted(place: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", place], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("writeError", () => {
  it.each(["ENOSPC", "EDQUOT", "EFBIG", "EACCES", "EPERM", "EROFS"])("has words for %s", (code) => {
    const cause = Object.assign(new Error("system words"), { code });
    expect(writeError("/x/y", cause)).toMatchObject({ code: "LTAD_WRITE", cause, details: { file: "/x/y" } });
    expect(writeError("/x/y", cause).message).toMatch(/^\/x\/y: (?!.*system words).*\. [A-Z].*\.$/);
  });

  it("passes on the words of what it does not know", () => {
    expect(writeError("/x", new Error("a strange thing")).message).toBe("/x: it cannot be written (a strange thing).");
  });
});

describe("safetensors files", () => {
  it("come back as they were written", async () => {
    const path = join(folder, "w.safetensors");
    await writeSafetensors(path, { a: float32([2], [1, 2]) }, { k: "v" });
    expect(await readSafetensors(path)).toEqual({ arrays: { a: float32([2], [1, 2]) }, metadata: { k: "v" } });
  });

  it("are named when missing or damaged", async () => {
    const path = join(folder, "w.safetensors");
    await expect(readSafetensors(path)).rejects.toMatchObject({ code: "LTAD_WEIGHTS", details: { file: path } });
    await writeFile(path, "not one");
    await expect(readSafetensors(path)).rejects.toThrow(`${path}: not a readable safetensors file`);
  });
});

describe("sha256", () => {
  it("is the published one, of texts and of bytes", () => {
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-4, example 1
    expect(sha256("abc")).toBe(abc);
    expect(sha256(Uint8Array.of(97, 98, 99))).toBe(abc);
  });
});
