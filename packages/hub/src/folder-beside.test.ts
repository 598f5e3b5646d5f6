import { chmod, mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "./testing/fake-npm.js";
import { withFolderBeside } from "./folder-beside.js";

/** Gives up the rights of root, who may remove everything, until the test ends. */
function asOrdinaryUser(): void {
  if (process.getuid?.() !== 0) return;
  process.seteuid?.("nobody");
  onTestFinished(() => process.seteuid?.(0));
}

describe.skipIf(process.platform === "win32")("withFolderBeside", () => {
  it("does its job though another user's abandoned folder cannot be removed", async () => {
    const parent = await temporaryFolder();
    const old = join(parent, ".fetch-old");
    await mkdir(old);
    await writeFile(join(old, "half.tgz"), "half");
    await utimes(old, new Date(0), new Date(0));
    onTestFinished(() => chmod(old, 0o755));
    await chmod(old, 0o555);
    await chmod(parent, 0o777);
    asOrdinaryUser();
    const wrote = await withFolderBeside(join(parent, "place"), async (beside) => {
      await writeFile(join(beside, "file"), "");
      return readdir(beside);
    });
    expect(wrote).toEqual(["file"]);
    expect(await readdir(parent)).toEqual([".fetch-old"]);
  });
});
