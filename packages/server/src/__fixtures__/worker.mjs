import { existsSync, writeFileSync } from "node:fs";
// A worker that obeys the class of a job: die, hang, fail, wait. Stands in for worker/main.ts in tests of the process handling.
const model = { classes: ["tile", "die", "hang", "slow", "refuse", "bug"], created: "2026-01-01T00:00:00Z", producer: "test", preset: "recommended", encoder: "none", inputSize: 32, grid: 4, identity: "1", answersAsTrained: null, decides: false };
const once = /^die-once:(.*)/; // a file that remembers
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
const open = ({ bundle }) => {
  if (bundle.endsWith("deadly")) process.exit(7);
  process.send(bundle.endsWith("broken") ? { type: "failed", error: { code: "LTAD_BUNDLE", message: "broken: is not a bundle." } } : { type: "ready", model });
};
const diesNow = (file) => !existsSync(file) && (writeFileSync(file, ""), acts.die());
const work = ({ id, job }) => once.test(job.class) && diesNow(once.exec(job.class)[1]) ? undefined : (acts[job.class] ? acts[job.class](id) : setTimeout(() => answer(id, job), job.class === "slow" ? 300 : 0));
process.on("message", (message) => (message.type === "open" ? open(message.options) : work(message)));
process.on("disconnect", () => process.exit(0));
