// The demo's data set, trained through a bucket and a queue by two workers of which one is killed: npm run test:fleet
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { scanDataset } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { openDetector } from "@ltad/detector";
import { loadImageEncoder, loadTextEncoder } from "@ltad/encoder";
import { orOffline, testCacheDir } from "@ltad/encoder/testing";
import { expect, it, onTestFinished } from "vitest";
import { ltadWith, type Ran, temporaryFolder } from "../cli/testing/test-io.js";
import type { MadePlan } from "./make-plan.js";

const cacheDir = testCacheDir(process.env);
const weights = await orOffline(
  Promise.all([loadImageEncoder("efficientnet-b0", { cacheDir }), loadTextEncoder("use-lite", { cacheDir })]),
);
const cache = ["--cache-dir", cacheDir];
const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const sources = ["--conditions=@ltad/source", "--import=tsx"];

const keys = { AWS_ACCESS_KEY_ID: "tester", AWS_SECRET_ACCESS_KEY: "test-secret" };
const has = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

/** A server of this machine alone. */
async function startServer(program: string, args: (port: number) => readonly string[]): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  listener.close();
  const child = spawn(program, args(port), { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const answers = () =>
    new Promise<boolean>((done) =>
      connect(port, "127.0.0.1")
        .on("connect", () => done(true))
        .on("error", () => done(false)),
    );
  while (!(await answers())) await sleep(50);
  return port;
}

function startWorker(url: string, env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, [...sources, main, "work", "--queue", url], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env, NODE_OPTIONS: sources.join(" ") },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

const ready = weights && has("redis-server") && has("versitygw");

it.skipIf(!ready)("trains on the demo's set what one machine trains", { timeout: 3_600_000 }, async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, "buckets"));
  const redis = await startServer("redis-server", (port) => ["--port", String(port), "--bind", "127.0.0.1", "--save", ""]);
  const [access, secret] = Object.values(keys);
  const s3 = await startServer("versitygw", (port) => [
    "--access",
    access!,
    "--secret",
    secret!,
    "--port",
    `127.0.0.1:${port}`,
    "--quiet",
    "posix",
    join(root, "buckets"),
  ]);
  const queue = `redis://127.0.0.1:${redis}`;
  const env = { ...keys, AWS_ENDPOINT_URL: `http://127.0.0.1:${s3}` };
  Object.assign(process.env, keys); // the AWS client reads the environment of its process
  const ltad = async (...words: readonly string[]): Promise<Ran> => {
    const ran = await ltadWith(env, ...words, "--json", "--quiet");
    expect(ran.code, ran.stderr).toBe(0);
    return ran;
  };
  const folder = join(root, "buckets/plant/data"); // a bucket is a folder of the server
  await synthesise(folder, { seed: 0 });
  const training = ["--protocol", "exp20", "--seed", "0", ...cache];
  const planned = await ltad("plan", "s3://plant/data", "--store", "s3://plant/fleet", "--shard-images", "20", ...training);
  const { plan, shards, images } = JSON.parse(planned.stdout) as MadePlan;

  const [doomed] = [startWorker(queue, env), startWorker(queue, env)];
  const kill = once(doomed.stdout!, "data").then(() => doomed.kill("SIGKILL")); // after its first shard, in its second
  const started = await ltad("fleet", "start", plan, "--queue", queue, "--out", join(root, "merged"));
  expect(await kill).toBe(true);
  expect(JSON.parse(started.stdout)).toMatchObject({ images, bad: [] });

  await ltad("train", "--from", join(root, "merged"), "--out", join(root, "fleet"), ...cache);
  await ltad("train", folder, ...training, "--out", join(root, "alone"));
  const [a, b] = [await openDetector(join(root, "fleet")), await openDetector(join(root, "alone"))];
  let [largest, count] = [0, 0];
  for (const { name, test } of (await scanDataset(folder)).classes)
    for (const { file } of test) {
      const [one, other] = [await a.predict(file, { class: name }), await b.predict(file, { class: name })];
      largest = Math.max(largest, Math.abs(one.score - other.score) / Math.abs(other.score));
      count++;
    }
  await Promise.all([a.dispose(), b.dispose()]);
  expect(largest).toBeLessThan(1e-4);
  expect(await readFile(join(root, "fleet/train-images.txt"), "utf8")).toBe(await readFile(join(root, "alone/train-images.txt"), "utf8"));
  const { image: auroc } = JSON.parse((await ltad("eval", join(root, "fleet"), folder, ...cache)).stdout) as { image: unknown };
  process.stdout.write(`${JSON.stringify({ shards, images, tested: count, largestRelativeDifference: largest, auroc })}\n`);
});
