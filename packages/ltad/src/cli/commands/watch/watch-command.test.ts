import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { tinyDataset } from "@ltad/evaluate/testing";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { run } from "../../run.js";
import { brightnessBundle } from "../../testing/brightness-bundle.js";
import { ltad, temporaryFolder, testIo } from "../../testing/test-io.js";
import type { WatchLine } from "./watch-line.js";

// Grey images score about 0.26, those with a white square 0.5 and more.

const decision = {
  falseAlarmRate: 0.01,
  classes: [{ good: Array.from({ length: 250 }, (_, i) => 0.2 + i / 2500), limit: null, distances: [1, 1.5] }],
};
let [model, good, defect] = ["", "", ""];
beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), "ltad-watch-"));
  model = await brightnessBundle(join(root, "model"), ["tile"], { decision });
  const data = await tinyDataset(join(root, "data"), { tile: { train: 0, good: 1, defect: 1 } });
  [good, defect] = [join(data, "tile/test/good/0.png"), join(data, "tile/test/spot/0.png")];
});

async function inbox(): Promise<{ readonly folder: string; readonly out: string }> {
  const root = await temporaryFolder();
  await mkdir(join(root, "inbox"));
  return { folder: join(root, "inbox"), out: join(root, "inbox-results") };
}

async function resultsIn(out: string): Promise<WatchLine[]> {
  const text = await readFile(join(out, "results.jsonl"), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as WatchLine]));
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await wait(20);
}

/** A running `ltad watch`; it is stopped with the test. */
async function watching(folder: string, ...options: readonly string[]) {
  const { io, written, interrupt } = testIo({ env: process.env });
  const running = run(["watch", folder, "--model", model, ...options], io);
  const stop = async () => {
    interrupt();
    return running;
  };
  onTestFinished(async () => void (await stop()));
  await until(() => /Watching|error/.test(written.stderr));
  return { written, stop };
}

/** A server that is posted results. @param take what it does with one; returns the status */
function receiver(take: (body: string, file: string) => number) {
  return createServer((request, reply) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => reply.writeHead(take(body, (JSON.parse(body) as { file: string }).file)).end());
  });
}

it("judges what is there once: a line, an overlay of what is not OK, an exit code", async () => {
  const { folder, out } = await inbox();
  await mkdir(join(folder, "line 1"));
  await copyFile(good, join(folder, "a.png"));
  await copyFile(defect, join(folder, "line 1", "b.png"));
  await writeFile(join(folder, "notes.txt"), "no image");
  await copyFile(good, join(folder, ".hidden.png"));
  const first = await ltad("watch", folder, "--model", model, "--once", "--fail-on-defect", "--json");
  expect([first.code, first.stderr]).toEqual([4, expect.stringContaining("1 NOT OK, 1 OK")]);
  const lines = await resultsIn(out);
  expect(lines).toMatchObject([
    { file: "a.png", verdict: "OK", class: "tile", overlay: null },
    { file: "line 1/b.png", verdict: "NOT OK", overlay: "overlays/line 1/b.png.overlay.png" },
  ]);
  expect(first.stdout).toBe(await readFile(join(out, "results.jsonl"), "utf8"));
  expect(await readdir(join(out, "overlays"), { recursive: true })).toEqual(["line 1", "line 1/b.png.overlay.png"]);
  const again = await ltad("watch", folder, "--model", model, "--once", "--fail-on-defect", "--json");
  expect([again.code, again.stdout]).toEqual([0, ""]);
});

it("judges images that come, also in new folders and in a folder of results within, and those that are changed", async () => {
  const { folder } = await inbox();
  const out = join(folder, "results");
  const { stop } = await watching(folder, "--out", out, "--overlays", "all");
  await copyFile(good, join(folder, "a.png"));
  await mkdir(join(folder, "new/deep"), { recursive: true });
  await copyFile(good, join(folder, "new/deep/b.png"));
  await copyFile(defect, join(folder, ".part"));
  await rename(join(folder, ".part"), join(folder, "c.png"));
  await until(async () => (await resultsIn(out)).length === 3);
  await copyFile(defect, join(folder, "a.png"));
  await until(async () => (await resultsIn(out)).length === 4);
  expect(await stop()).toBe(0);
  const lines = await resultsIn(out);
  expect(
    lines
      .slice(0, 3)
      .map(({ file }) => file)
      .sort(),
  ).toEqual(["a.png", "c.png", "new/deep/b.png"]);
  expect(lines[3]).toMatchObject({ file: "a.png", verdict: "NOT OK" });
});

it("waits for a file that is written slowly, and polls", async () => {
  const { folder, out } = await inbox();
  await watching(folder, "--poll", "0.1");
  const bytes = await readFile(defect);
  await writeFile(join(folder, "slow.png"), bytes.subarray(0, 60));
  await wait(1200); // longer than a file must be still: it cannot be read yet, and is tried again
  await appendFile(join(folder, "slow.png"), bytes.subarray(60));
  await until(async () => (await resultsIn(out)).length > 0);
  expect(await resultsIn(out)).toMatchObject([{ file: "slow.png", verdict: "NOT OK", bytes: bytes.length }]);
});

it("names an image that cannot be read and goes on", async () => {
  const { folder, out } = await inbox();
  await writeFile(join(folder, "a.png"), "this is no image");
  await utimes(join(folder, "a.png"), 1e9, 1e9);
  await copyFile(good, join(folder, "b.png"));
  const { code, stderr } = await ltad("watch", folder, "--model", model, "--once");
  expect([code, stderr]).toEqual([3, expect.stringMatching(/error LTAD_IMAGE .*a\.png: .*text file/)]);
  expect(await resultsIn(out)).toMatchObject([
    { file: "a.png", error: expect.stringContaining("a.png") },
    { file: "b.png", verdict: "OK" },
  ]);
});

it("goes on where a run ended that was cut off in the middle of a line", async () => {
  const { folder, out } = await inbox();
  for (const name of ["a.png", "b.png"]) await copyFile(good, join(folder, name));
  await ltad("watch", folder, "--model", model, "--once");
  const whole = await readFile(join(out, "results.jsonl"), "utf8");
  await writeFile(join(out, "results.jsonl"), whole.slice(0, -30));
  await ltad("watch", folder, "--model", model, "--once");
  const lines = await resultsIn(out);
  expect(lines.map(({ file }) => file)).toEqual(["a.png", "b.png"]);
  expect((await readFile(join(out, "results.jsonl"), "utf8")).split("\n")[0]).toBe(whole.split("\n")[0]);
});

it("posts each result until it is taken, in order, without waiting for it", async () => {
  const { folder, out } = await inbox();
  const [taken, seen]: [string[], string[]] = [[], []];
  const server = receiver((body, file) => {
    seen.push(file);
    const status = file === "bad.png" ? 422 : seen.length < 2 ? 503 : 204;
    if (status === 204) taken.push(body);
    return status;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  for (const name of ["a.png", "bad.png", "c.png"]) await copyFile(good, join(folder, name));
  const { code, stderr } = await ltad("watch", folder, "--model", model, "--once", "--webhook", url);
  expect([code, seen]).toEqual([0, ["a.png", "a.png", "bad.png", "c.png"]]);
  const lines = (await readFile(join(out, "results.jsonl"), "utf8")).trimEnd().split("\n");
  expect(taken).toEqual([lines[0], lines[2]]);
  expect(stderr).toMatch(/answered with status 503. Results are kept and sent later.*accepts results again.*rejected a result/s);
});

it("keeps results for a receiver that is away, and sends them in the next run", async () => {
  const { folder } = await inbox();
  const bodies: string[] = [];
  const server = receiver((_, file) => (bodies.push(file), 200));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const away = await watching(folder, "--webhook", `http://user:secret@127.0.0.1:${port}/`);
  await copyFile(good, join(folder, "a.png"));
  await until(() => /cannot be reached \(ECONNREFUSED\)/.test(away.written.stderr));
  expect(away.written.stderr).not.toContain("secret");
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  await copyFile(good, join(folder, "b.png"));
  await until(() => bodies.length === 2);
  expect(bodies).toEqual(["a.png", "b.png"]);
});

it("says that a folder is gone, and goes on when it is back", async () => {
  const { folder, out } = await inbox();
  const { written } = await watching(folder, "--poll", "0.1");
  await rm(folder, { recursive: true });
  await until(() => /cannot be read at the moment \(ENOENT\)/.test(written.stderr));
  await mkdir(folder);
  await copyFile(good, join(folder, "a.png"));
  await until(async () => (await resultsIn(out)).length === 1);
  expect(written.stderr).toMatch(/the folder is available again/);
});

it.each([
  ["a folder that is not there", ["/nowhere/inbox", "--out", "OUT"], 3, /\/nowhere\/inbox: no such folder/],
  ["results in the folder of the images", ["IN", "--out", "IN"], 2, /this is the folder of the images/],
  ["a webhook that is no URL", ["IN", "--webhook", "localhost:3000"], 2, /--webhook: expected a URL/],
  ["a broker that is none", ["IN", "--mqtt", "http://127.0.0.1"], 2, /--mqtt: expected a URL/],
  ["a topic for subscribers", ["IN", "--mqtt", "mqtt://127.0.0.1:1", "--topic", "a/#"], 2, /--topic: expected a topic without/],
  ["an exit code of a command that does not end", ["IN", "--fail-on-defect"], 2, /needs --once/],
  ["a poll that is none", ["IN", "--poll", "0"], 2, /from 0.1 to 86400/],
])("refuses %s", async (_, argv, code, message) => {
  const { folder, out } = await inbox();
  const words = argv.map((word) => (word === "IN" ? folder : word === "OUT" ? out : word));
  const ran = await ltad("watch", ...words, "--model", model);
  expect([ran.code, ran.stderr]).toEqual([code, expect.stringMatching(message)]);
});
