import { createRng } from "@ltad/core";
import { longTail, scanDataset } from "@ltad/data";
import { tinyImageEncoder, tinyTextEncoder } from "@ltad/encoder/testing";
import { resolveConfig } from "../config/resolve-config.js";
import { train } from "../train.js";

// A training as a process of its own, for a test that kills it with SIGKILL in a phase: `bench/kill` does so at random moments.

/** Where the process kills itself: at the second image or step of a phase, or when the model is written and not yet finished. */
export type KillMoment = "encode" | "phase2" | "write";

const [data = "", out = "", cacheDir = "", killIn = ""] = process.argv.slice(2);
const sizes = [
  "features.inputSize=64",
  "augment.batch=4",
  "augment.width=8",
  "augment.latent=4",
  "mixing.enabled=true",
  "mixing.samples=3",
];
const small = ["detect.images=4", "detect.tokens=5", "reconstruct.width=16", "reconstruct.hidden=16", "semantic.width=8"];
const kill = () => process.kill(process.pid, "SIGKILL");

await train({
  split: await longTail(await scanDataset(data), { protocol: "exp4", seed: 1 }),
  seed: 3,
  config: resolveConfig({ sets: [...sizes, ...small, "augment.steps=5", "detect.steps=6"] }),
  out,
  cacheDir,
  encoders: { image: tinyImageEncoder(createRng(1)), text: tinyTextEncoder(createRng(2)) },
  resume: true,
  onProgress: ({ phase, done }) => phase === killIn && done >= 2 && kill(),
  onModel: async () => void (killIn === "write" && kill()),
});
