import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { synthesise } from "@ltad/data/synthetic";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { KillMoment } from "./testing/killed-training.js";

const tsx = createRequire(import.meta.url).resolve("tsx");
const program = fileURLToPath(new URL("testing/killed-training.ts", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-killed-"));
  await synthesise(join(folder, "data"), { seed: 1, size: 64, classes: 2, train: 4, good: 1, defects: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** @returns the signal that ended the process, or its exit code */
async function training(name: string, killIn: KillMoment | "" = ""): Promise<string | number> {
  const options = ["--conditions=@ltad/source", "--import", tsx, program];
  const child = spawn(process.execPath, [...options, join(folder, "data"), join(folder, name), join(folder, `${name}-cache`), killIn], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  return signal ?? code ?? "";
}

/** Every file of a model, without the date of model.json and the times of history.json. */
async function contentOf(name: string): Promise<Record<string, string>> {
  const files = await readdir(join(folder, name), { recursive: true, withFileTypes: true });
  const entries = files.filter((entry) => entry.isFile()).map(({ parentPath, name: file }) => join(parentPath, file));
  const texts = await Promise.all(entries.map(async (path) => [path.slice(join(folder, name).length), await readFile(path, "latin1")]));
  const lasting = (text: string) => text.replace(/"created": ".*?"/, "").replace(/"timing":\{.*?\}/, "");
  return Object.fromEntries(texts.map(([path, text]) => [path, lasting(text!)])) as Record<string, string>;
}

it(
  "a training that is killed at the start, in the middle and at the end, and resumed, leaves the bytes of one that was not",
  { timeout: 600_000 },
  async () => {
    expect(await training("whole")).toBe(0);
    for (const phase of ["encode", "phase2", "write"] as const)
      expect([phase, await training("killed", phase)]).toEqual([phase, "SIGKILL"]);
    expect(await training("killed")).toBe(0);
    expect(await contentOf("killed")).toEqual(await contentOf("whole"));
  },
);
