import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRng } from "@ltad/core";
import { writeBundle } from "@ltad/detector";
import { tinyPartsByClass } from "@ltad/detector/testing";
import sharp from "sharp";
import { corruptBundle } from "./corrupt-bundle.js";
import { hostileRequest } from "./hostile-requests.js";

// Sends hostile requests to a real server, and gives it corrupted bundles to load. Each answer has a status below 500, and an error says what it
// is; the server lives, and its memory stays as it is. The same seed sends the same bytes. Exits with 1 when something is odd.

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "10000" },
    bundles: { type: "string", default: "1000" },
    seed: { type: "string", default: "fuzz" },
  },
});
const folder = await mkdtemp(join(tmpdir(), "ltad-fuzz-"));
/** Each twentieth bundle goes through the server; the others are opened in one process, which is a hundred times as fast. */
const inServer = 20;
const image = new Uint8Array(
  await sharp({ create: { width: 9, height: 7, channels: 3, background: "#4080c0" } })
    .png()
    .toBuffer(),
);
const good = join(folder, "models", "good");
const suspect = join(folder, "models", "suspect");
await writeGood(good);
const server = fork(fileURLToPath(new URL("server.ts", import.meta.url)), [join(folder, "models")], { cwd: folder });
const state = { died: false };
server.once("exit", () => (state.died = true));
const [{ url }] = (await once(server, "message")) as [{ url: string }];
const odd: string[] = [];
const outcomes: Record<string, number> = {};
const count = (outcome: string) => (outcomes[outcome] = (outcomes[outcome] ?? 0) + 1);

try {
  const requests = await fuzzRequests(Number(values.requests));
  const bundles = await fuzzBundles(Number(values.bundles));
  const alive = !state.died && (await fetch(`${url}/health`)).status === 200;
  for (const line of odd.slice(0, 20)) console.log(`odd: ${line}`);
  console.log(JSON.stringify({ odd: odd.length, alive, ...requests, ...bundles, outcomes }));
  process.exitCode = odd.length === 0 && alive ? 0 : 1;
} finally {
  await stop();
  await rm(folder, { recursive: true, force: true });
}

async function stop(): Promise<void> {
  if (state.died) return;
  server.disconnect();
  await once(server, "exit");
}

async function writeGood(place: string): Promise<void> {
  const { manifest, ...rest } = tinyPartsByClass();
  const classes = manifest.classes.map(() => ({ good: [1, 2, 3, 4], limit: null }));
  await writeBundle(place, { ...rest, manifest: { ...manifest, decision: { falseAlarmRate: 0.01, classes } } });
}

async function imageFiles(): Promise<Buffer[]> {
  const picture = sharp({ create: { width: 40, height: 30, channels: 3, background: "#4080c0" } });
  const formats = ["png", "jpeg", "webp", "tiff", "gif"] as const;
  const wide = sharp({ create: { width: 3000, height: 2000, channels: 3, background: "#808080" } });
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>');
  return [...(await Promise.all(formats.map((format) => picture.clone().toFormat(format).toBuffer()))), await wide.png().toBuffer(), svg];
}

async function fuzzRequests(total: number) {
  const rng = createRng(`${values.seed}/requests`);
  const images = await imageFiles();
  const memory: number[] = [];
  let sent = 0;
  const client = async () => {
    while (sent < total && !state.died) {
      if (++sent % Math.ceil(total / 20) === 0) memory.push(await megabytes(server));
      const { bytes, about, isHead } = hostileRequest(rng, images);
      const answer = await answerTo(bytes);
      const fault = faultOf(answer, isHead);
      count(`request ${statusOf(answer) ?? "none"}`);
      if (fault) odd.push(`${about} -> ${fault}: ${answer.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: 4 }, client));
  return { requests: sent, memory_mb: [memory[Math.floor(memory.length / 4)], memory.at(-1)] };
}

/** Sends bytes and reads until the server closes; not `end`, which Node takes for a client that has gone. */
async function answerTo(bytes: Buffer): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => {});
  socket.write(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}

/** The status of the last answer: one may say only that the body may come. */
function statusOf(answer: string): number | undefined {
  const found = [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status)).filter((status) => status !== 100);
  return found.at(-1);
}

function faultOf(answer: string, isHead: boolean): string | undefined {
  const status = statusOf(answer);
  if (status === undefined) return "no answer";
  if (status < 200 || status > 499) return "a status that is the server's fault";
  const body = answer.split("\r\n\r\n").slice(1).join("\r\n\r\n");
  if (status >= 400 && !isHead && !body.includes('{"error":')) return "an error of another form";
  if (/node_modules|\.ts:\d|\.js:\d|root:x:/.test(body)) return "it tells of the machine";
  return undefined;
}

async function fuzzBundles(total: number) {
  const rng = createRng(`${values.seed}/bundles`);
  const memory: number[] = [];
  let opener = startOpener();
  let tried = 0;
  for (; tried < total && !state.died; tried++) {
    await rm(suspect, { recursive: true, force: true });
    await cp(good, suspect, { recursive: true });
    const done = `bundle ${tried}, ${await corruptBundle(suspect, rng.fork(tried))}`;
    if (tried % inServer === 0) await loadInServer(done);
    if (tried % (10 * inServer) === 0) memory.push(await megabytes(server));
    const outcome = await openHere(opener, suspect);
    count(`bundle ${outcome.startsWith("odd") ? "odd" : outcome}`);
    if (outcome.startsWith("odd") || outcome === "hangs") odd.push(`${done} -> ${outcome}`);
    if (outcome === "crashes" || outcome === "hangs") opener = startOpener();
  }
  opener.disconnect();
  return { bundles: tried, bundle_memory_mb: [memory[Math.floor(memory.length / 4)], memory.at(-1)] };
}

function startOpener(): ChildProcess {
  return fork(fileURLToPath(new URL("opener.ts", import.meta.url)), [], { cwd: folder });
}

/** What becomes of a bundle; a process that ends is one that a server would replace. */
async function openHere(opener: ChildProcess, place: string): Promise<string> {
  opener.send(place);
  const done = new AbortController();
  const { signal } = done;
  const said = once(opener, "message", { signal }).then(([word]) => String(word));
  const ended = once(opener, "exit", { signal }).then(() => "crashes");
  const outcome = await Promise.race([said, ended, wait(120_000, "hangs", { signal })]).finally(() => done.abort());
  if (outcome === "hangs") opener.kill("SIGKILL");
  return outcome;
}

/** The whole way: a client makes the server load the bundle beside a good one, and asks both. */
async function loadInServer(done: string): Promise<void> {
  const loaded = await post("/v2/repository/models/suspect/load");
  count(`server ${loaded.status === 200 ? "loads" : `refuses with ${loaded.status}`}`);
  if (![200, 400, 404].includes(loaded.status)) odd.push(`${done} -> ${loaded.status} ${loaded.text}`);
  if (loaded.status === 200) {
    const { status, text } = await post("/predict?model=suspect", image);
    const isFinite = status === 200 && Number.isFinite((JSON.parse(text) as { score: number }).score);
    const isToldBroken = status === 500 && text.includes("LTAD_NOT_FINITE"); // documented: the model does not answer a number
    if (!isFinite && !isToldBroken) odd.push(`${done} -> ${status} ${text.slice(0, 300)}`);
    await post("/v2/repository/models/suspect/unload");
  }
  const { status } = await post("/predict?model=good", image);
  if (status !== 200) odd.push(`${done}: the good model answers ${status}`);
}

async function post(path: string, body?: Uint8Array<ArrayBuffer>): Promise<{ status: number; text: string }> {
  const reply = await fetch(url + path, { method: "POST", ...(body !== undefined && { body }) });
  return { status: reply.status, text: await reply.text() };
}

async function megabytes(child: ChildProcess): Promise<number> {
  child.send("memory");
  const [{ rss }] = (await once(child, "message")) as [{ rss: number }];
  return Math.round(rss / 2 ** 20);
}
