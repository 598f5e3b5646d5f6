import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
// A worker that obeys the class of a job: die, hang, fail, wait. Stands in for worker/main.ts in tests of the process handling.
const model = { classes: ["tile", "die", "hang", "slow", "short", "refuse", "bug"], created: "2026-01-01T00:00:00Z", producer: "test", preset: "recommended", encoder: "none", inputSize: 32, grid: 4, identity: "1", answersAsTrained: null, decides: false };
const times = /^(late-)?die-(\d+):(.*)/; // a file that remembers how often
const acts = {
  die: () => process.kill(process.pid, "SIGKILL"),
  hang: () => {
    for (;;);
  },
  refuse: (id) => process.send({ type: "refused", id, error: { code: "LTAD_IMAGE", message: "image: this is a text file." } }),
  nan: (id) => process.send({ type: "refused", id, error: { code: "LTAD_NOT_FINITE", message: "NaN" } }),
  bug: (id) => process.send({ type: "refused", id, error: { code: "LTAD_INTERNAL", message: "TypeError at secret.ts:1" } }),
};
const answer = (id, job) =>
  process.send({ type: "answer", id, answer: { score: job.image[0], class: "tile", classGiven: false, width: process.pid, height: 1, timing: {}, ...(job.map !== "none" && { map: { width: 1, height: 2, data: job.mapAs === "text" ? Buffer.from("[1.5,2.5]") : new Float32Array([1.5, 2.5]) } }) } });
// A bundle with the folder `processes` learns who opened it, and one with a file `identity` is told apart by it.
// One with a file `start` does what that says: opens after so many milliseconds, or not at all.
const open = ({ bundle }) => {
  const start = textOf(join(bundle, "start"), "0");
  if (existsSync(join(bundle, "processes"))) writeFileSync(join(bundle, "processes", String(process.pid)), "");
  if (Number(start) > 0) setTimeout(opened, Number(start), bundle);
  else opened(start === "broken" ? "broken" : bundle);
};
const opened = (bundle) => {
  if (bundle.endsWith("deadly")) process.exit(7);
  if (bundle.endsWith("endless")) acts.hang();
  process.send(bundle.endsWith("broken") ? { type: "failed", error: { code: "LTAD_BUNDLE", message: "broken: is not a bundle." } } : { type: "ready", model: { ...model, identity: textOf(join(bundle, "identity")) } });
};
const textOf = (file, otherwise = "1") => (existsSync(file) ? readFileSync(file, "utf8") : otherwise);
const diesNow = (most, file) => (!existsSync(file) || readFileSync(file).length < most) && (appendFileSync(file, "x"), true);
const waits = { slow: 300, short: 30 };
const work = ({ id, job }) => {
  const [, late, most, file] = times.exec(job.class) ?? [];
  if (file !== undefined && diesNow(Number(most), file)) setTimeout(acts.die, late ? 900 : 0);
  else if (acts[job.class]) acts[job.class](id);
  else setTimeout(() => answer(id, job), waits[job.class] ?? 0);
};
process.on("message", (message) => (message.type === "open" ? open(message.options) : work(message)));
process.on("disconnect", () => process.exit(0));
