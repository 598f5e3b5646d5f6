import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("check.sh", import.meta.url));
const run = (...args: string[]) => {
  const out = mkdtempSync(join(tmpdir(), "ltad-gpu-"));
  return { ...spawnSync("bash", [script, out, ...args], { encoding: "utf8" }), files: () => readdirSync(out) };
};
const hasCard = spawnSync("nvidia-smi").status === 0;

it.skipIf(hasCard)("says that there is no card before anything is installed", () => {
  const { status, stdout, files } = run();
  expect(status).toBe(2);
  expect(stdout).toContain("no nvidia-smi: this machine has no CUDA card");
  expect(files().sort()).toEqual(["card.log", "work"]);
});

it("refuses a part that it does not have", () => {
  const { status, stdout } = run("everything");
  expect(status).toBe(2);
  expect(stdout).toContain("unknown part everything; parts are card");
});
