import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

// ONNX Runtime never sends anything where it finds the variables of a CI service, so the process gets none of ours.

it("a process that runs a graph leaves no identifier of the machine and no telemetry behind", async () => {
  const home = await mkdtemp(join(tmpdir(), "ltad-home-"));
  onTestFinished(() => rm(home, { recursive: true }));
  const program = fileURLToPath(new URL("testing/run-mixed-layers.mjs", import.meta.url));
  const args = ["--conditions=@ltad/source", "--import", import.meta.resolve("tsx"), program];
  const env = { PATH: process.env["PATH"], HOME: home, TMPDIR: home, TSX_DISABLE_CACHE: "1" };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env, cwd: home });
  expect(JSON.parse(stdout)).toMatchObject({ name: "onnxruntime-node", ran: ["cpu"] });
  expect([await readdir(home, { recursive: true }), stderr]).toEqual([[], ""]);
});
