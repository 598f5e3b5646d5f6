import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRng, type Rng } from "@ltad/core";
import { synthesise } from "@ltad/data/synthetic";
import { linkCache } from "../linked-cache.js";

// Trainings that are killed with SIGKILL at random moments of every phase, several times each, and resumed: do all leave the bytes of one that
// was not? Their model folders are compared whole, without the dates in model.json and history.json.

const { values } = parseArgs({
  options: { runs: { type: "string", default: "50" }, kills: { type: "string", default: "4" }, seed: { type: "string", default: "0" } },
});
const [runs, kills] = [Number(values.runs), Number(values.kills)];
/** "start" is before the first progress, "end" after the last. */
const moments = ["start", "check", "encode", "statistics", "copies", "positions", "phase1", "synthesise", "phase2", "calibrate", "end"];

const root = await mkdtemp(join(tmpdir(), "ltad-kill-"));
const data = join(root, "data");
let [same, killed] = [0, 0];
const hits: Record<string, number> = {};
try {
  await synthesise(data, { seed: 1, size: 96, classes: 3, train: 8, good: 1, defects: 1 });
  const whole = join(root, "whole");
  if ((await training(whole, await freshCache("whole"), "new")) !== "done") throw new Error("the training that is not killed has failed");
  const expected = await contentOf(whole);
  for (let run = 0; run < runs; run++) {
    const found = await killedRun(run, createRng(`${values.seed}/${run}`));
    const differs = [...new Set([...Object.keys(expected), ...Object.keys(found)])].filter((name) => expected[name] !== found[name]);
    if (differs.length === 0) same += 1;
    console.log(`run ${run}: ${differs.length === 0 ? "the same" : `other ${differs.join(", ")}`}; ${same} of ${run + 1}`);
  }
} finally {
  await rm(root, { recursive: true, force: true });
}
console.log(`${same} of ${runs}`);
const figures = { runs, same, killed, ...Object.fromEntries(Object.entries(hits).map(([moment, count]) => [`killed_${moment}`, count])) };
console.log(JSON.stringify({ name: "kill", figures, targets: { same: runs }, met: { same: same === runs } }));

async function killedRun(run: number, rng: Rng): Promise<Record<string, string>> {
  const out = join(root, `out-${run}`);
  const cache = await freshCache(`${run}`);
  for (let kill = 0; kill < kills; kill++) {
    // The moments of later kills come later, because what is done is not done again.
    const low = Math.floor((kill / kills) * moments.length);
    const moment = moments[Math.min(moments.length - 1, low + rng.integer(4))]!;
    const how = { moment, wait: rng.uniform() ** 2 * (moment === "start" ? 4000 : 1200), firstStops: rng.uniform() < 0.3 };
    const ended = await training(out, cache, kill === 0 ? "new" : "resume", how);
    if (ended === "failed") console.log(`run ${run}: kill ${kill} failed`);
    if (ended === "killed") [killed, hits[moment]] = [killed + 1, (hits[moment] ?? 0) + 1];
  }
  if ((await training(out, cache, "resume")) !== "done") console.log(`run ${run}: --resume failed`);
  const content = await contentOf(out);
  await rm(out, { recursive: true, force: true });
  await rm(cache, { recursive: true, force: true });
  return content;
}

interface Kill {
  readonly moment: string;
  /** Milliseconds from the first sign of the moment. */
  readonly wait: number;
  /** Send SIGTERM 100 ms before, so that the kill falls into the writing of a checkpoint. */
  readonly firstStops: boolean;
}

function training(out: string, cache: string, mode: "new" | "resume", kill?: Kill): Promise<"done" | "killed" | "failed"> {
  return new Promise((resolve) => {
    const program = fileURLToPath(new URL("training.ts", import.meta.url));
    const child = spawn(process.execPath, [...process.execArgv, program, data, out, cache, mode], { stdio: ["ignore", "pipe", "pipe"] });
    let [said, errors] = ["", ""];
    let timer: NodeJS.Timeout | undefined;
    const arm = () => {
      if (!kill || timer) return;
      timer = setTimeout(() => child.kill("SIGKILL"), kill.wait);
      if (kill.firstStops) setTimeout(() => child.kill("SIGTERM"), Math.max(0, kill.wait - 40));
    };
    if (kill?.moment === "start") arm();
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const isThere = said.includes(`${kill?.moment}\n`) || (kill?.moment === "end" && said.includes("calibrate\n"));
      if (isThere) arm();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const ended = code === 0 ? "done" : signal === "SIGKILL" ? "killed" : errors.includes("LTAD_ABORTED") ? "killed" : "failed";
      if (ended === "failed") console.log(errors.trim().slice(-1500));
      resolve(ended);
    });
  });
}

/** A cache of its own, with the weights of the user's. */
function freshCache(name: string): Promise<string> {
  return linkCache(join(root, `cache-${name}`), ["features", "statistics", "checked"]);
}

/** Every file of a model folder with the hash of its content, without dates and times. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile() || entry.name === "log.jsonl") continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const lasting = /^(model|history)\.json$/.test(entry.name) ? withoutTimes(bytes.toString()) : bytes.toString("latin1");
    content[path.slice(folder.length)] = createHash("sha256").update(lasting.replaceAll(folder, "OUT"), "latin1").digest("hex");
  }
  return content;
}

function withoutTimes(text: string): string {
  return JSON.stringify(JSON.parse(text), (key, value: unknown) => (key === "created" || key === "timing" ? null : value));
}
