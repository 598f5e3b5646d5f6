import { float32 } from "@ltad/core";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCheckpoint } from "./checkpoint.js";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "ltad-checkpoint-")), "checkpoint");
});
afterEach(() => rm(join(folder, ".."), { recursive: true, force: true }));

const saved = { state: { "pi.weight": float32([2], [1, 2]) }, history: [{ step: 0, loss: 3 }] };

describe("openCheckpoint", () => {
  it("gives back what was saved, when resumed with the same settings", async () => {
    await (await openCheckpoint(folder, "one", false)).save("phase1", saved);
    const again = await openCheckpoint(folder, "one", true);
    expect(await again.load("phase1")).toEqual(saved);
    expect(await again.load("phase2")).toBeUndefined();
  });

  it("starts anew when not resumed", async () => {
    await (await openCheckpoint(folder, "one", false)).save("phase1", saved);
    expect(await (await openCheckpoint(folder, "one", false)).load("phase1")).toBeUndefined();
  });

  it("refuses to resume a training of other settings, and says what to do", async () => {
    await openCheckpoint(folder, "one", false);
    await expect(openCheckpoint(folder, "two", true)).rejects.toThrow(
      /other images, options or seed, or by another version.*start over with --force/,
    );
  });

  it("says so when its header is damaged", async () => {
    await openCheckpoint(folder, "one", false);
    await writeFile(join(folder, "checkpoint.json"), "{");
    await expect(openCheckpoint(folder, "one", true)).rejects.toThrow(/is damaged\. Start over with --force/);
  });

  it("takes nothing from a folder whose header is gone: it was being removed when its process was killed", async () => {
    await (await openCheckpoint(folder, "two", false)).save("phase1", saved);
    await rm(join(folder, "checkpoint.json"));
    expect(await (await openCheckpoint(folder, "one", true)).load("phase1")).toBeUndefined();
    expect(await readdir(join(folder, ".."))).toEqual(["checkpoint"]);
  });
});
