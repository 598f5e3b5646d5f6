import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openPlan, type OpenPlan } from "../plan/open-plan.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { tinyPlan } from "../testing/tiny-plan.js";
import { missingShards } from "./list-results.js";
import { openTask } from "./open-task.js";
import { runShard, type RunShardOptions } from "./run-shard.js";

async function running(opened: OpenPlan) {
  const task = await openTask(opened, { threads: 1 });
  onTestFinished(() => task.close());
  return (shard: number, options: RunShardOptions = {}) => runShard(opened, task, shard, options);
}

describe("a shard", () => {
  it("has no result where the folder of the images is missing, or empty as a mount point is", async () => {
    const root = await temporaryFolder();
    const { opened, data } = await tinyPlan(root, { shardImages: 4 });
    const run = await running(opened);
    await rename(data, join(root, "away"));
    await expect(run(0)).rejects.toThrow(`${data}: the images cannot be reached (ENOENT`);
    await mkdir(data);
    await expect(run(0)).rejects.toMatchObject({ code: "LTAD_FETCH" });
    await expect(run(0)).rejects.toThrow("(the folder is empty). Mount their folder on this machine, or name it with --images.");
    expect(await missingShards(opened)).toContain(0);
    const elsewhere = await openPlan(join(root, "store-4/plans", opened.id), { root: join(root, "away") });
    await (
      await running(elsewhere)
    )(0);
    expect(await missingShards(opened)).not.toContain(0);
  });

  it("has no result where none of its files is there, and names one that is missing among others", async () => {
    const { opened } = await tinyPlan(await temporaryFolder(), { shardImages: 4 });
    const run = await running(opened);
    const [first, ...others] = await opened.items(0);
    await rm(first!.file);
    expect((await run(0)).bad).toEqual([{ id: first!.id, reason: expect.stringContaining("there is no such file") as string }]);
    for (const { file } of others) await rm(file);
    await writeFile(join(dirname(first!.file), "another.png"), ""); // the folder is there
    await expect(run(0)).rejects.toThrow(/^shard 0: none of its 4 images can be read \(first, .*there is no such file/);
    expect(await readdir(join(opened.store.location, "plans", opened.id, "shards/000000"))).toHaveLength(1);
  });

  it("blames an image only when its content is at hand", async () => {
    const { opened } = await tinyPlan(await temporaryFolder(), { shardImages: 4 });
    const begun: string[] = [];
    const run = await running({
      ...opened,
      read(item) {
        expect(begun).not.toContain(item.id);
        return opened.read(item);
      },
    });
    await run(0, { onBegin: (id) => begun.push(id) });
    expect(begun).toEqual((await opened.items(0)).map(({ id }) => id));
  });
});
