import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { checkOutFolder } from "./check-out-folder.js";

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-out-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

it("leaves nothing behind, not even the folder", async () => {
  const folder = await temporaryFolder();
  await checkOutFolder(folder);
  await checkOutFolder(join(folder, "a/b/c"));
  expect(await readdir(folder)).toEqual([]);
});

it.each([
  ["a file", "model", /model: this is a file, not a folder/],
  ["a path through a file", "model/deep/er", /a part of the path is a file/],
])("refuses %s", async (_, path, message) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "model"), "");
  await expect(checkOutFolder(join(folder, path))).rejects.toMatchObject({ code: "LTAD_WRITE" });
  await expect(checkOutFolder(join(folder, path))).rejects.toThrow(message);
});

it("refuses a disk without room, and a folder that cannot be written", async () => {
  await expect(checkOutFolder(await temporaryFolder(), 2 ** 60)).rejects.toThrow(
    /about 1,152,921,504,607 MB are needed here, and [\d,]+ MB are free\. Make room/,
  );
  await expect(checkOutFolder("/proc/model")).rejects.toMatchObject({ code: "LTAD_WRITE" });
});
