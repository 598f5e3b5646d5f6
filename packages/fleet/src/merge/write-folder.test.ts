import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { writeFolder } from "./write-folder.js";

const fillWith = (text: string) => async (beside: string) => {
  await writeFile(join(beside, "bad.jsonl"), "");
  await writeFile(join(beside, "text"), text);
};

describe("a folder that a merge writes", () => {
  it("is replaced only when it is told to, and leaves nothing beside it", async () => {
    const root = await temporaryFolder();
    const out = join(root, "merged");
    await mkdir(out); // an empty folder is in nobody's way
    await writeFolder(out, false, fillWith("one"));
    await expect(writeFolder(out, false, fillWith("two"))).rejects.toThrow(`--out ${out}: it already exists.`);
    await writeFolder(out, true, fillWith("two"));
    expect(await readFile(join(out, "text"), "utf8")).toBe("two");
    expect(await readdir(root)).toEqual(["merged"]);
  });

  it("never replaces files that no merge wrote", async () => {
    const root = await temporaryFolder();
    await writeFile(join(root, "photo.png"), "x");
    await expect(writeFolder(root, true, fillWith("one"))).rejects.toMatchObject({ code: "LTAD_CONFIG" });
    await expect(writeFolder(root, true, fillWith("one"))).rejects.toThrow(
      "this has other files, such as photo.png. Choose another folder.",
    );
    await expect(writeFolder(join(root, "photo.png"), true, fillWith("one"))).rejects.toThrow(/photo\.png: it is a file/);
    expect(await readdir(root)).toEqual(["photo.png"]);
  });

  it("is there once when two merges write it at the same time", async () => {
    const root = await temporaryFolder();
    const out = join(root, "merged");
    const both = await Promise.allSettled([writeFolder(out, false, fillWith("one")), writeFolder(out, false, fillWith("two"))]);
    const failed = both.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
    expect(failed).toEqual([expect.stringContaining(`--out ${out}: it already exists.`)]);
    expect(await readdir(root)).toEqual(["merged"]);
  });
});
