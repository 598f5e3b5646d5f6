import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { folderStore } from "./folder-store.js";

it("reads what was written, lists it in order, and knows nothing else", async () => {
  const root = await temporaryFolder();
  const store = folderStore(root);
  await store.write("plans/x/shards/000002/b", "2");
  await store.write("plans/x/shards/000001/a", Buffer.from("1"));
  await writeFile(join(root, "plans/x/shards/000001/.0123.part"), "unfinished");
  expect(Buffer.from((await store.read("plans/x/shards/000002/b"))!).toString()).toBe("2");
  expect(await store.read("plans/y")).toBeUndefined();
  expect(await store.read("plans/x/shards/000001/a/below")).toBeUndefined();
  expect((await store.list("plans/x/shards")).map(({ key }) => key)).toEqual(["plans/x/shards/000001/a", "plans/x/shards/000002/b"]);
  expect(await store.list("plans/none")).toEqual([]);
});

it("leaves nothing behind when it cannot write", async () => {
  const root = await temporaryFolder();
  await writeFile(join(root, "plans"), "a file in the way");
  await expect(folderStore(root).write("plans/x", "1")).rejects.toMatchObject({ code: "LTAD_WRITE" });
  await mkdir(join(root, "folder"));
  await expect(folderStore(root).read("folder")).rejects.toMatchObject({ code: "LTAD_FETCH" });
  expect(await readdir(root)).toEqual(["folder", "plans"]);
});
