import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

// The examples that come from TensorFlow.js: milliseconds of a training step compiled, and eagerly on the backends of TensorFlow.js.

const { values } = parseArgs({
  options: {
    backends: { type: "string", default: "wasm,cpu" },
    /** Folder with @tensorflow/tfjs-node in its node_modules. */
    "tfjs-node": { type: "string" },
    only: { type: "string", default: "mnist-convnet,vae,date-attention" },
  },
});
const backends = [...values.backends.split(",").filter(Boolean), ...(values["tfjs-node"] === undefined ? [] : [values["tfjs-node"]])];
const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const figures: Record<string, number> = {};

/** Milliseconds of a step, or the first line of why it does not run. */
function stepOf(example: string, backend?: string): number | string {
  const preload = backend === undefined ? [] : ["--import", pathOf("backend.ts")];
  const program = [pathOf(`../../examples/${example}.ts`), ...(backend === undefined ? [] : ["tensorflow"])];
  const { stderr } = spawnSync(process.execPath, [...process.execArgv, "--import", import.meta.resolve("tsx"), ...preload, ...program], {
    encoding: "utf8",
    env: { ...process.env, LTAD_BENCH_BACKEND: backend, TF_CPP_MIN_LOG_LEVEL: "3" },
  });
  const time = /([\d.]+) ms a step/.exec(stderr);
  return time ? Number(time[1]) : (/LTAD_\w+[^\n]*|\w*Error: [^\n]*/.exec(stderr)?.[0] ?? "ended without a time");
}

for (const example of values.only.split(",")) {
  const ours = stepOf(example);
  const line = [example.padEnd(16), `compiled ${typeof ours === "number" ? `${ours} ms` : ours}`];
  if (typeof ours === "number") figures[`${example}_ms`] = ours;
  for (const backend of backends) {
    const name = backend === "wasm" || backend === "cpu" ? backend : "tfjs_node";
    const theirs = stepOf(example, backend);
    line.push(`${name} ${typeof theirs === "number" ? `${theirs} ms` : `does not run: ${theirs}`}`);
    if (typeof theirs !== "number" || typeof ours !== "number") continue;
    figures[`${example}_${name}_ms`] = theirs;
    figures[`${example}_${name}_over_ours`] = Number((theirs / ours).toFixed(1));
  }
  console.log(line.join("  |  "));
}
console.log(JSON.stringify({ name: "examples", figures, targets: {}, met: {} }));
