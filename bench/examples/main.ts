import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { report } from "../report/report.js";

// The examples that come from TensorFlow.js: milliseconds of a training step compiled, and eagerly on the backends of TensorFlow.js.

const { values } = parseArgs({
  options: {
    /** wasm and cpu; the plain backend takes minutes */
    backends: { type: "string", default: "wasm" },
    /** Folder with @tensorflow/tfjs-node in its node_modules. */
    "tfjs-node": { type: "string" },
    only: { type: "string", default: "mnist-convnet,vae,date-attention" },
    /** Times that compiled and eager take turns. */
    rounds: { type: "string", default: "2" },
    /** Seconds after which one program is ended. */
    limit: { type: "string", default: "30" },
  },
});
const [rounds, limit] = [Number(values.rounds), Number(values.limit)];
const folder = values["tfjs-node"];
/** Names of contenders, and what they run on: nothing for compiled. */
const contenders: Record<string, string | undefined> = {
  compiled: undefined,
  ...Object.fromEntries(values.backends.split(",").flatMap((name) => (name ? [[name, name]] : []))),
  ...(folder === undefined ? {} : { tfjs_node: folder }),
};
const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const figures: Record<string, number> = {};
const atLeast: Record<string, number> = {};

/** Milliseconds of a step, or why there are none. */
function stepOf(example: string, backend?: string): number | string {
  const preload = backend === undefined ? [] : ["--import", pathOf("backend.ts")];
  const steps = backend === "cpu" ? "4" : "60";
  const program = [pathOf(`../../examples/${example}.ts`), backend === undefined ? "onnx" : "tensorflow", steps];
  const { stderr, signal } = spawnSync(
    process.execPath,
    [...process.execArgv, "--import", import.meta.resolve("tsx"), ...preload, ...program],
    {
      encoding: "utf8",
      env: { ...process.env, LTAD_BENCH_BACKEND: backend, TF_CPP_MIN_LOG_LEVEL: "3" },
      timeout: 1000 * limit,
      killSignal: "SIGKILL",
    },
  );
  const time = /([\d.]+) ms a step/.exec(stderr);
  if (time) return Number(time[1]);
  if (signal) return `no time within ${limit} s`;
  return (
    /kernel (\w+)\)? cannot run on the backend/.exec(stderr)?.[1]?.replace(/^/, "TF.js lacks ") ??
    /\w*Error: [^\n]*/.exec(stderr)?.[0] ??
    "ended without a time"
  );
}

/** The least time of some rounds in which all take turns; a contender that fails is not asked again. */
function timesOf(example: string): Record<string, number | string> {
  const best: Record<string, number | string> = {};
  for (let round = 0; round < rounds; round++)
    for (const [name, backend] of Object.entries(contenders)) {
      if (typeof best[name] === "string") continue;
      const found = stepOf(example, backend);
      best[name] = typeof found === "string" ? found : Math.min(found, best[name] ?? Infinity);
    }
  return best;
}

for (const example of values.only.split(",")) {
  const { compiled: ours, ...others } = timesOf(example);
  if (typeof ours !== "number") throw new Error(`${example}, compiled: ${ours}`);
  figures[`${example}_ms`] = ours;
  const said = Object.entries(others).map(([name, time]) =>
    typeof time === "number" ? `${name} ${time} ms` : `${name} does not run: ${time}`,
  );
  console.log([example.padEnd(16), `compiled ${ours} ms`, ...said].join("  |  "));
  for (const [name, time] of Object.entries(others)) {
    if (typeof time !== "number") continue;
    figures[`${example}_${name}_ms`] = time;
    figures[`${example}_${name}_over_ours`] = Number((time / ours).toFixed(1));
    atLeast[`${example}_${name}_over_ours`] = 1;
  }
}
report("examples", figures, { atLeast });
