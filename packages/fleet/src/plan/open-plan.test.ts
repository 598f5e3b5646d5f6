import { rename } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { tinyPlan } from "../testing/tiny-plan.js";
import { openPlan, planAddress } from "./open-plan.js";

describe("a plan", () => {
  it("has the same id for the same data and settings, and another one for others", async () => {
    const root = await temporaryFolder();
    const first = await tinyPlan(root, { shardImages: 7 });
    expect((await tinyPlan(root, { shardImages: 7 })).opened.id).toBe(first.opened.id);
    expect((await tinyPlan(root, { shardImages: 7, sample: 5 })).opened.id).not.toBe(first.opened.id);
  });

  it("is opened with the images where they lie on this machine", async () => {
    const root = await temporaryFolder();
    const { address, data } = await tinyPlan(root, { shardImages: 7 });
    await rename(data, join(root, "elsewhere"));
    const items = await (await openPlan(address, { root: join(root, "elsewhere") })).items(0);
    expect(items[0]!.file.startsWith(join(root, "elsewhere"))).toBe(true);
  });

  it("of another version of the program is refused", async () => {
    const { opened, store } = await tinyPlan(await temporaryFolder(), { shardImages: 7 });
    const text = JSON.stringify({ ...opened.plan, producer: "ltad 0.0.9" });
    const id = sha256(text).slice(0, 16);
    await store.write(`plans/${id}/plan.json`, text);
    const open = openPlan(planAddress(store.location, id));
    await expect(open).rejects.toMatchObject({ code: "LTAD_CONFIG" });
    await expect(open).rejects.toThrow(/written by ltad 0\.0\.9, but this program is ltad /);
  });

  it("that was changed or cut off is refused", async () => {
    const { address, opened, store } = await tinyPlan(await temporaryFolder(), { shardImages: 7 });
    await store.write(`plans/${opened.id}/plan.json`, JSON.stringify({ ...opened.plan, root: "/" }));
    await expect(openPlan(address)).rejects.toMatchObject({ code: "LTAD_DATA" });
  });

  it.each(["", "store", "store/plans", "store/plans/xyz", "store/plans/0123456789abcdef"])("is not at %j", async (address) => {
    await expect(openPlan(address)).rejects.toMatchObject({ code: "LTAD_CONFIG", details: { field: "plan" } });
  });

  it("refuses the number of a shard that it has not, and a store that is no folder", async () => {
    const { opened } = await tinyPlan(await temporaryFolder(), { shardImages: 7 });
    await expect(opened.items(3)).rejects.toThrow("--shard 3: expected a number from 0 to 2, because the plan has 3 shards.");
    await expect(openPlan("ftp://host/plans/0123456789abcdef")).rejects.toThrow(/expected the path of a folder or s3:/);
  });
});
