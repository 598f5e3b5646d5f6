// Loaded before a training, in each of its threads: every session of ONNX Runtime writes its profile to the folder LTAD_BENCH_FLAMES, and every thread that is
// started writes that of its JavaScript. The name of a session's file says which thread made it, and when, in microseconds of the clock that Node's own profiler
// uses. Plain JavaScript, because threads run without a loader.
import { createRequire, syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import threads, { threadId } from "node:worker_threads";

const folder = process.env["LTAD_BENCH_FLAMES"] ?? ".";
const profiled = ["--cpu-prof", "--cpu-prof-dir", folder, "--import", import.meta.url];

const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(program, options) {
    super(program, { ...options, execArgv: [...(options?.execArgv ?? process.execArgv), ...profiled] });
  }
};
syncBuiltinESMExports();

const { InferenceSession } = createRequire(new URL("../../../packages/runtime/package.json", import.meta.url))("onnxruntime-node");
const { create } = InferenceSession;
let made = 0;
InferenceSession.create = (model, options) => {
  const now = process.hrtime.bigint() / 1000n;
  const profileFilePrefix = join(folder, `kernels-${threadId}-${now}-${made++}`);
  return create.call(InferenceSession, model, { ...options, enableProfiling: true, profileFilePrefix });
};
