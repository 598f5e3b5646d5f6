import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ltad, temporaryFolder } from "./cli/testing/test-io.js";
import { checkTrainingFolder, lockTrainingFolder } from "./training-folder.js";

async function folderWith(...files: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const file of files) {
    await mkdir(join(folder, file, ".."), { recursive: true });
    await writeFile(join(folder, file), "{}");
  }
  return folder;
}
/** The message of what a call throws; empty when it throws nothing. */
async function said(call: () => unknown): Promise<string> {
  try {
    await call();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
const [checkpoint, model] = ["checkpoint/checkpoint.json", "model.json"];
const no = { resume: false, force: false };

describe("a folder with work in it", () => {
  it.each([
    ["nothing", [], no, null],
    ["nothing, to be resumed", [], { ...no, resume: true }, null],
    ["a checkpoint", [checkpoint], no, /checkpoint of a stopped training\. Continue with --resume, or start over with --force/],
    ["a checkpoint, to be resumed", [checkpoint], { ...no, resume: true }, null],
    ["a checkpoint over an older model, to be resumed", [checkpoint, model], { ...no, resume: true }, null],
    ["a model", [model], no, /finished model\. Choose another folder, or replace the model with --force/],
    ["a model, to be resumed if it is of the same training", [model], { ...no, resume: true }, null],
    ["a model, by force", [model], { ...no, force: true }, null],
    ["a checkpoint, by force", [checkpoint], { ...no, force: true }, null],
  ] as const)("%s", async (_, files, options, message) => {
    const folder = await folderWith(...files);
    expect(await said(() => checkTrainingFolder(folder, options))).toMatch(message ?? /^$/);
  });

  it("is kept by ltad train, before it looks at the data", async () => {
    const folder = await folderWith(model);
    expect(await ltad("train", "no-data", "--out", folder)).toMatchObject({ code: 2, stderr: expect.stringContaining("--force") });
    expect((await ltad("train", "no-data", "--out", folder, "--force")).stderr).toMatch(/no-data.*there is no such folder/);
  });
});

describe("a second training", () => {
  it("is kept out while the first runs", async () => {
    const folder = join(await temporaryFolder(), "model");
    const { unlock } = await lockTrainingFolder(folder);
    await expect(lockTrainingFolder(folder)).rejects.toMatchObject({ code: "LTAD_WRITE" });
    await expect(lockTrainingFolder(folder)).rejects.toThrow(new RegExp(`another training \\(process ${process.pid} on .*, since 2`));
    await unlock();
    expect(await readdir(folder)).toEqual([]);
    await (await lockTrainingFolder(folder)).unlock();
  });

  it("goes ahead when the first was killed or its lock is damaged, not when it runs on another machine", async () => {
    const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
    await once(child, "exit");
    const lock = (pid: number | undefined, host: string, more = {}) => JSON.stringify({ pid, host, since: "2026-01-01", ...more });
    for (const [content, message] of [
      [lock(child.pid, hostname()), /^$/],
      ["{", /^$/],
      [lock(child.pid, "elsewhere"), /on elsewhere/],
      [lock(process.ppid, hostname()), /another training/],
      ...(process.platform === "linux" ? [[lock(process.ppid, hostname(), { start: "1" }), /^$/] as const] : []), // its number was given anew
    ] as const) {
      const folder = await folderWith();
      await writeFile(join(folder, "training.lock"), content);
      expect(await said(async () => (await lockTrainingFolder(folder)).unlock())).toMatch(message);
    }
  });

  it("remembers that a killed one was to replace the model, until one ends", async () => {
    const folder = await folderWith(model);
    await writeFile(join(folder, "training.lock"), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), force: true }));
    const { wasForced, unlock } = await lockTrainingFolder(folder);
    expect(wasForced).toBe(true);
    await unlock();
    expect((await lockTrainingFolder(folder)).wasForced).toBe(false);
  });
});
