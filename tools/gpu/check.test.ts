import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
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

it.skipIf(hasCard)("says in each part what is missing, and takes up the others the next time", () => {
  const python = mkdtempSync(join(tmpdir(), "ltad-python-"));
  const out = mkdtempSync(join(tmpdir(), "ltad-gpu-"));
  writeFileSync(join(python, "python"), "#!/bin/sh\necho 'torch 2.9.1 finds no CUDA device'; exit 1\n", { mode: 0o755 });
  writeFileSync(join(out, "step.done"), "");
  const env = { ...process.env, LTAD_PYTHON: join(python, "python") };
  const { status, stdout } = spawnSync("bash", [script, out, "step", "torch"], { encoding: "utf8", env });
  expect(status).toBe(0);
  expect(stdout).toContain("step: done before");
  expect(stdout).toMatch(/torch: failed with 1; see .*torch\.log\n +torch 2\.9\.1 finds no CUDA device/);
});
