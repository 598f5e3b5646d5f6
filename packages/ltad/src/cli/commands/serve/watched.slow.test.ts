import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeBundle } from "@ltad/detector";
import { tinyParts } from "@ltad/detector/testing";
import { expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../testing/test-io.js";

const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const tsx = createRequire(import.meta.url).resolve("tsx");
const main = fileURLToPath(new URL("../../../main.ts", import.meta.url));

/** `ltad serve` in processes of its own. */
async function serve(model: string, ...more: string[]) {
  const args = ["--conditions=@ltad/source", "--import", tsx, main, "serve", model, "--port", "0", "--json", ...more];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.err += chunk.toString()));
  const urls = () => [...said.out.matchAll(/"url":"([^"]+)"/g)].map(([, url]) => url!);
  return { child, said, urls, servingProcess: () => Number([...said.err.matchAll(/"pid":(\d+)/g)].at(-1)?.[1]) };
}

it("ltad serve starts again when its process dies, with its options, and ends on SIGTERM", async () => {
  const folder = await temporaryFolder();
  const { manifest, ...rest } = tinyParts();
  const classes = manifest.classes.map(() => ({ good: [1, 2, 3], limit: null }));
  await writeBundle(join(folder, "model"), { ...rest, manifest: { ...manifest, decision: { falseAlarmRate: 0.01, classes } } });
  const { child, said, urls, servingProcess } = await serve(join(folder, "model"), "--limit", "nut=12.5");
  await expect.poll(urls, { timeout: 60_000 }).toHaveLength(1);
  expect(servingProcess()).not.toBe(child.pid);
  process.kill(servingProcess(), "SIGKILL");
  await expect.poll(urls, { timeout: 60_000 }).toHaveLength(2);
  expect(said.err).toMatch(/The server was ended by SIGKILL\. It restarts in \d+ ms\./);
  expect((await fetch(`${urls()[1]}/health`)).status).toBe(200);
  const predicted = await fetch(`${urls()[1]}/predict?class=nut`, { method: "POST", body: pixel });
  expect(await predicted.json()).toMatchObject({ threshold: 12.5, basis: "set" });
  const ended = once(child, "close");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
}, 180_000);

it("ltad serve whose watching process is killed ends, and one that cannot start is not started again", async () => {
  const folder = await temporaryFolder();
  await writeBundle(join(folder, "model"), tinyParts());
  const { child, urls } = await serve(join(folder, "model"));
  await expect.poll(urls, { timeout: 60_000 }).toHaveLength(1);
  child.kill("SIGKILL");
  await expect.poll(() => fetch(`${urls()[0]}/health`).catch(() => "gone"), { timeout: 30_000 }).toBe("gone");
  await writeFile(join(folder, "model", "model.json"), "{}");
  const other = await serve(join(folder, "model"));
  expect(await once(other.child, "close")).toEqual([3, null]);
  expect(other.said.err).toMatch(/LTAD_BUNDLE.*model\.json/);
  expect(other.said.err).not.toContain("It restarts");
}, 180_000);
