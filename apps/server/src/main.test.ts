import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { writeBundle } from "@ltad/detector";
import { tinyParts } from "@ltad/detector/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// The program from its sources, in processes of its own. They refuse to load what a server does without: TensorFlow.js, and OpenTelemetry where nothing
// is traced.

const refusal = `export const resolve = (name, context, next) => {
  if (/^@(tensorflow|opentelemetry)\\//.test(name)) throw Object.assign(new Error(name + " is loaded"), { code: "ERR_MODULE_NOT_FOUND" });
  return next(name, context);
};`;
const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
const hook = dataUrl(`import { register } from "node:module"; register(${JSON.stringify(dataUrl(refusal))});`);
const options = ["--conditions=@ltad/source", "--import", import.meta.resolve("tsx"), "--import", hook];
const main = fileURLToPath(new URL("main.ts", import.meta.url));
const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-server-app-"));
  await writeBundle(join(folder, "model"), tinyParts());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (...args: string[]) =>
  spawn(process.execPath, [...options, main, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });

async function end(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, "close")]);
  return { code: code as number | null, stdout, stderr };
}

describe("ltad-server", () => {
  it("serves a model without TensorFlow.js and ends on SIGTERM", async () => {
    const child = start("--bundle", "model", "--port", "0", "--log-level", "warn");
    const url = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        const found = /Serving model at (http:\S+)/.exec(said);
        if (found) resolve(found[1]!);
      });
      child.once("close", () => reject(new Error(said)));
    });
    const reply = await fetch(`${url}/predict?heatmap=true`, { method: "POST", headers: { "content-type": "image/png" }, body: pixel });
    expect([reply.status, await reply.json()]).toMatchObject([200, { width: 1, height: 1, class_given: false }]);
    const ended = once(child, "close");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });

  it("starts again when it was killed, looks for new bundles on SIGHUP, and ends on SIGTERM", async () => {
    const child = start("--bundle", "model", "--port", "0", "--log-level", "info");
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const urls = () => [...said.matchAll(/Serving model at (http:\S+)/g)].map(([, url]) => url!);
    await expect.poll(urls, { timeout: 110_000 }).toHaveLength(1);
    const serving = Number(/"pid":(\d+)/.exec(said)?.[1]);
    expect(serving).not.toBe(child.pid);
    process.kill(serving, "SIGKILL");
    await expect.poll(urls, { timeout: 110_000 }).toHaveLength(2);
    expect(said).toMatch(/The server was ended by SIGKILL\. It restarts in \d+ ms\./);
    await writeBundle(join(folder, "model"), { ...tinyParts(), manifest: { ...tinyParts().manifest, seed: 5 } });
    child.kill("SIGHUP");
    await expect.poll(() => said, { timeout: 110_000 }).toContain("reloaded ltad version 1");
    expect((await fetch(`${urls()[1]}/health`)).status).toBe(200);
    const ended = once(child, "close");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  }, 360_000);

  it.each([
    [["--bundle", "nothing", "--port", "0"], 3, /^LTAD_BUNDLE: nothing: does not exist/],
    [["--bundle", "model", "--prot", "0"], 2, /unknown option '--prot'/],
    [
      ["--bundle", "model", "--otlp-endpoint", "http://127.0.0.1:1"],
      2,
      /^LTAD_CONFIG: tracing: .* Install them: npm install @opentelemetry/,
    ],
  ])("%j: ends with a sentence and exit code %i", async (args, code, message) => {
    const ended = await end(start(...args));
    expect(ended).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(message) as string });
    expect(ended.stderr).not.toMatch(/^ +at /m);
  });

  it("would not start if it loaded TensorFlow.js", async () => {
    const child = spawn(process.execPath, [...options, "--input-type=module", "--eval", 'import "@tensorflow/tfjs";'], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(await end(child)).toMatchObject({ code: 1, stderr: expect.stringContaining("@tensorflow/tfjs is loaded") as string });
  });
});
