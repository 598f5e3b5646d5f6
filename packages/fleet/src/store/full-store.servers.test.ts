// A store on a disk that is full, as a folder and as a bucket: npm run test:fleet
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { exitCodeOf, type LtadError } from "@ltad/core";
import { expect, it, onTestFinished } from "vitest";
import { hasProgram, s3Keys, s3Server } from "../testing/servers.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { folderStore } from "./folder-store.js";
import { s3Store } from "./s3-store.js";

/** A disk of 2 MB; undefined where this user may not mount one. */
async function tinyDisk(): Promise<string | undefined> {
  const folder = join(await temporaryFolder(), "disk");
  mkdirSync(folder);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "ltad-test", folder]).status !== 0) return undefined;
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
  return folder;
}

const large = Buffer.alloc(3_000_000, "x");
const small = Buffer.alloc(100_000, "y");

it("says that a folder is full, leaves no part behind, and writes again when there is room", async ({ skip }) => {
  const disk = await tinyDisk();
  skip(!disk, "this user may not mount a disk");
  const store = folderStore(disk!);
  const error = (await store.write("plans/a", large).catch((fault: unknown) => fault)) as LtadError;
  expect([error.code, exitCodeOf[error.code]]).toEqual(["LTAD_WRITE", 3]);
  expect(await store.list("plans")).toEqual([]);
  await store.write("plans/a", small);
  expect(await store.read("plans/a")).toHaveLength(small.length);
});

it("says that the server of a bucket cannot write, and writes again when there is room", { timeout: 120_000 }, async ({ skip }) => {
  skip(!hasProgram("versitygw"), "no versitygw on this machine");
  const disk = await tinyDisk();
  skip(!disk, "this user may not mount a disk");
  Object.assign(process.env, s3Keys);
  const { url: endpoint } = await s3Server(disk);
  await new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: "plant" }));
  const store = await s3Store("s3://plant/fleet", { endpoint }, { tries: 2, pause: 10, silence: 5000 });
  await expect(store.write("plans/a", large)).rejects.toMatchObject({ code: expect.stringMatching(/^LTAD_(WRITE|FETCH)$/) as string });
  expect(await store.read("plans/a")).toBeUndefined();
  await store.write("plans/a", small);
  expect(await store.read("plans/a")).toHaveLength(small.length);
});
