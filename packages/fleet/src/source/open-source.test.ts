import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { masksOf, scanDataset } from "@ltad/data";
import { expect, it } from "vitest";
import { mergeStatistics } from "../merge/merge-statistics.js";
import { readMerged } from "../merge/read-merged.js";
import type { StatisticsTask } from "../plan/plan.js";
import { openTask } from "../shard/open-task.js";
import { runShard } from "../shard/run-shard.js";
import { packFiles, tarOf } from "../testing/pack-tar.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { tinyPlan, type TinyPlanOptions } from "../testing/tiny-plan.js";
import { openSource, type Source } from "./open-source.js";

const options = { shardImages: 5, train: 4, classes: 2 };

/** Runs a plan whose data set was moved. */
async function runMoved(move: TinyPlanOptions["move"]) {
  const root = await temporaryFolder();
  const { opened } = await tinyPlan(root, { ...options, ...(move && { move }) });
  const task = await openTask(opened, { threads: 1 });
  for (const shard of opened.plan.shards.keys()) await runShard(opened, task, shard);
  await task.close();
  await mergeStatistics(opened, opened.plan.task as StatisticsTask, { out: join(root, "merged") });
  const { info, classes } = await readMerged(join(root, "merged"));
  return {
    ids: info.classes.map(({ ids }) => ids),
    hashes: info.classes.map(({ sample }) => sample.map(({ hash }) => hash)),
    sums: classes.map(({ sums }) => sums),
  };
}

const filesOf = async (data: string) =>
  (await readdir(data, { recursive: true }))
    .filter((name) => name.endsWith(".png"))
    .map(String)
    .sort();

async function asTars(data: string): Promise<Source | undefined> {
  const files = await filesOf(data);
  await mkdir(`${data}-tars`);
  await packFiles(data, files.slice(0, 9), join(`${data}-tars`, "one.tar"));
  await packFiles(data, files.slice(9), join(`${data}-tars`, "two.tar"));
  await rename(data, `${data}-away`);
  return openSource(`${data}-tars`);
}

/** KEY.png, KEY.json and KEY.mask.png. */
async function asSamples(data: string): Promise<Source | undefined> {
  const { classes } = await scanDataset(data);
  const rows = classes.flatMap(({ name, train, test }) => [
    ...train.map((item) => ({ item, class: name, split: "train", label: "good", masks: [] as readonly string[] })),
    ...test.map((item) => ({ item, class: name, split: "test", label: item.label, masks: masksOf(item) })),
  ]);
  const members = await Promise.all(
    rows.map(async ({ item, masks, ...fields }, i) => {
      const key = String(i).padStart(6, "0");
      const image = { name: `${key}.png`, content: await readFile(item.file) };
      const text = { name: `${key}.json`, content: JSON.stringify({ ...fields, mask: "/etc/passwd" }) };
      return [text, image, ...(masks[0] === undefined ? [] : [{ name: `${key}.mask.png`, content: await readFile(masks[0]) }])];
    }),
  );
  await writeFile(`${data}-000001.tar`, await tarOf(members.flat()));
  await rename(data, `${data}-away`);
  return openSource(`${data}-000001.tar`);
}

it("gives the statistics of the folder for the same images in tar files, by their paths or as samples of WebDataset", async () => {
  const expected = await runMoved(undefined);
  const tars = await runMoved(asTars);
  expect(tars).toEqual(expected); // every bit of the sums
  const samples = await runMoved(asSamples);
  expect({ ...samples, ids: [] }).toEqual({ ...expected, ids: [] });
  expect(samples.ids[0]![0]).toMatch(/^data-000001\/\d{6}\.png$/);
});

it("scans masks and labels of samples, and takes every image of a table for scoring", async () => {
  const root = await temporaryFolder();
  const { data } = await tinyPlan(root, options);
  const expected = await scanDataset(data);
  const source = (await asSamples(data))!;
  const { classes } = await scanDataset(source.scan);
  const counts = (set: typeof expected.classes) =>
    set.map(({ name, train, test }) => [name, train.length, test.map(({ label }) => label).sort(), test.flatMap(masksOf).length]);
  expect(counts(classes)).toEqual(counts(expected.classes));
  expect(source.images).toHaveLength(16);
  const [mask] = classes.flatMap(({ test }) => test.flatMap(masksOf));
  expect(source.locate(mask!)).toMatch(/^tar:\d+\+\d+:.*data-000001\.tar$/);
  await source.close();
  expect(existsSync(source.scan)).toBe(false);
});

it("reads a table of local paths as a list of images only where it is told to", async () => {
  const root = await temporaryFolder();
  await writeFile(join(root, "list.csv"), "path,class\nb/1.png,x\na.png,y\n");
  expect(await openSource(join(root, "list.csv"))).toBeUndefined();
  const source = (await openSource(join(root, "list.csv"), { tables: true }))!;
  expect(source.images!.map(source.locate)).toEqual([join(root, "b/1.png"), join(root, "a.png")]);
  await source.close();
  await writeFile(join(root, "list.csv"), "class\nx\n");
  await expect(openSource(join(root, "list.csv"), { tables: true })).rejects.toThrow(/list\.csv, line 2: no image is named/);
});

it.each([
  [
    [{ name: "a.png" }, { name: "a.cls", content: "x" }, { name: "b.png" }],
    /b: there is neither a \.cls nor a \.json file next to this image/,
  ],
  [[{ name: "a.png" }, { name: "a.json", content: "{" }], /a\.json: this is not JSON/],
  [[{ name: "a.png" }, { name: "a.json", content: "[1]" }], /a\.json: expected a JSON object/],
])("refuses samples without what says their class", async (members, message) => {
  const file = join(await temporaryFolder(), "samples.tar");
  await writeFile(file, await tarOf(members));
  await expect(openSource(file)).rejects.toThrow(message);
});
