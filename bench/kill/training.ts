import { train } from "ltad";

// The program that `bench/kill` kills: one training; each line of its output is a phase that has begun or gone on.

const [data = "", out = "", cacheDir = "", mode = ""] = process.argv.slice(2);
const sizes = ["features.inputSize=96", "features.stages=[2,3]", "copies.upTo=8", "augment.batch=4", "augment.width=16", "detect.images=8"];
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());

await train(data, {
  out,
  cacheDir,
  offline: true,
  protocol: "exp4",
  resume: mode === "resume",
  set: [...sizes, "augment.steps=40", "augment.warmup=5", "detect.steps=60", "detect.warmup=5", "mixing.enabled=true", "mixing.samples=4"],
  signal: stop.signal,
  onProgress: ({ phase }) => process.stdout.write(`${phase}\n`),
});
