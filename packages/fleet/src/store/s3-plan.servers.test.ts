// A whole plan whose images and results are in a bucket: npm run test:fleet
import { cp, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { scanDataset } from "@ltad/data";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mergeStatistics } from "../merge/merge-statistics.js";
import type { StatisticsTask } from "../plan/plan.js";
import { missingShards } from "../shard/list-results.js";
import { openSource } from "../source/open-source.js";
import { faultyProxy, type HttpFault } from "../testing/faulty-proxy.js";
import { expectSameAsAlone, openQueue, quick, startWorker } from "../testing/fleet-run.js";
import { packFiles } from "../testing/pack-tar.js";
import { hasProgram, redisServer, s3Keys, s3Server } from "../testing/servers.js";
import { sourceOptions, temporaryFolder } from "../testing/temporary-folder.js";
import { tinyPlan } from "../testing/tiny-plan.js";
import { runByQueue } from "../queue/run-by-queue.js";
import { workPlan } from "../work/work-plan.js";
import { openStore } from "./open-store.js";

const options = { shardImages: 4, train: 12 };
const before = { ...process.env };
beforeAll(() => void Object.assign(process.env, s3Keys, { NODE_OPTIONS: sourceOptions }));
afterAll(() => void (process.env = before));

/** A bucket called plant; what is in the folder is in the bucket. */
async function bucket() {
  const root = await temporaryFolder();
  const buckets = join(root, "buckets");
  await mkdir(buckets);
  const server = await s3Server(buckets);
  const client = new S3Client({ endpoint: server.url, region: "us-east-1", forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: "plant" }));
  return { root, server, folder: join(buckets, "plant") };
}

describe("a plan in a bucket", { timeout: 600_000 }, () => {
  beforeEach(({ skip }) => skip(!hasProgram("versitygw"), "no versitygw on this machine: docs/scale.md says how to install it"));

  it("is run by processes while every fifth request fails, and gives what a folder gives", async () => {
    const { root, server, folder } = await bucket();
    const faults: readonly HttpFault[] = ["503", "cut", "reset", "short", "500"];
    const proxy = await faultyProxy(server.port, ({ count }) =>
      count % 5 === 4 ? faults[Math.floor(count / 5) % faults.length] : undefined,
    );
    const s3 = { endpoint: proxy.url };
    const store = await openStore("s3://plant/fleet", { s3 });
    const move = async (data: string) => {
      await cp(data, join(folder, "data"), { recursive: true });
      await rename(data, `${data}-away`);
      return openSource("s3://plant/data", { s3 });
    };
    const { address, opened } = await tinyPlan(root, { ...options, store, s3, move });
    expect((await opened.items(0))[0]!.file).toMatch(/^s3:\/\/plant\/data\//);
    await workPlan(address, opened, { processes: 2, threads: 1, shards: await missingShards(opened), s3 });
    await expectSameAsAlone(opened, root, options);
    expect(proxy.asked.filter(({ fault }) => fault).length).toBeGreaterThanOrEqual(10);
  });

  it("is run by workers of a queue, of which one is killed, with images in archives", async ({ skip }) => {
    skip(!hasProgram("redis-server"), "no redis-server on this machine");
    const { root, server, folder } = await bucket();
    const s3 = { endpoint: server.url };
    Object.assign(process.env, { AWS_ENDPOINT_URL: server.url, AWS_REGION: "us-east-1" }); // workers of tests have no options
    const queue = await redisServer();
    const move = async (data: string) => {
      const { classes } = await scanDataset(data);
      const files = classes.flatMap(({ train, test }) => [...train, ...test].map(({ id }) => id));
      await packFiles(data, files.slice(0, 20), join(folder, "one.tar"));
      await packFiles(data, files.slice(20), join(folder, "two.tar"));
      await rename(data, `${data}-away`);
      return openSource("s3://plant", { s3 });
    };
    const store = await openStore("s3://plant/fleet", { s3 });
    const { address, opened } = await tinyPlan(root, { ...options, store, s3, move });
    expect((await opened.items(0))[0]!.file).toMatch(/^tar:\d+\+\d+:s3:\/\/plant\/one\.tar$/);
    const running = runByQueue(address, opened, await openQueue(queue.url), quick);
    const [doomed] = [startWorker(queue.url), startWorker(queue.url)];
    await doomed.taken;
    doomed.child.kill("SIGKILL");
    await running;
    await expectSameAsAlone(opened, root, options);
  });

  it("takes a table with addresses, from here or from the bucket", async () => {
    const { root, server, folder } = await bucket();
    const s3 = { endpoint: server.url };
    const { data } = await tinyPlan(root, options);
    await cp(data, join(folder, "images"), { recursive: true });
    const { classes } = await scanDataset(data);
    const rows = (at: string) =>
      classes.flatMap(({ name, train, test }) => [
        ...train.map(({ id }) => `${at}${id},${name},train,good,`),
        ...test.map(({ id, label }) => `${at}${id},${name},test,${label},`),
      ]);
    const head = "path,class,split,label,mask";
    await writeFile(join(root, "here.csv"), [head, ...rows("s3://plant/images/")].join("\n"));
    await writeFile(join(folder, "there.csv"), [head, ...rows("images/")].join("\n"));
    for (const table of [join(root, "here.csv"), "s3://plant/there.csv"]) {
      const source = (await openSource(table, { s3 }))!;
      const scanned = await scanDataset(source.scan);
      expect(scanned.classes.map(({ name, train }) => [name, train.length])).toEqual(
        classes.map(({ name, train }) => [name, train.length]),
      );
      const [image] = scanned.classes[0]!.train;
      expect(source.locate(image!.file)).toBe(`s3://plant/images/${classes[0]!.train[0]!.id}`);
      const wanted = [image!.file];
      await source.load(wanted);
      expect((await readFile(image!.file)).equals(await readFile(classes[0]!.train[0]!.file))).toBe(true);
      await source.close();
    }
    await expect(openSource("s3://plant/nothing", { s3 })).rejects.toThrow(/s3:\/\/plant\/nothing: no object is below it/);
    await expect(openSource("s3://plant/nothing.tar", { s3 })).rejects.toThrow(/there is no such object/);
    await expect(openSource("s3://plant/nothing.csv", { s3 })).rejects.toThrow(/there is no such object/);
  });

  it("says which image is not in the bucket, and counts the others", async () => {
    const { root, server, folder } = await bucket();
    const s3 = { endpoint: server.url };
    const store = await openStore("s3://plant/fleet", { s3 });
    const move = async (data: string) => {
      await cp(data, join(folder, "data"), { recursive: true });
      return openSource("s3://plant/data", { s3 });
    };
    const { address, opened } = await tinyPlan(root, { ...options, store, s3, move });
    const [gone] = await opened.items(0);
    await rename(join(folder, "data", gone!.id), join(folder, "away.png"));
    await workPlan(address, opened, { processes: 1, threads: 1, shards: await missingShards(opened), s3 });
    const { bad, images } = await mergeStatistics(opened, opened.plan.task as StatisticsTask, { out: join(root, "merged") });
    expect(bad).toEqual([{ id: gone!.id, reason: `${gone!.id}: there is no object ${gone!.file}. Check the address.` }]);
    expect(images).toBe(opened.plan.classes.reduce((sum, own) => sum + own.images, 0) - 1);
  });
});
