// A thread that encodes images, one file after another; encode-workers.ts starts it.
import { parentPort, workerData } from "node:worker_threads";
import { float32, isLtadError } from "@ltad/core";
import { openProgram } from "@ltad/runtime";
import type { EncodeWorkerAnswer, EncodeWorkerData } from "./encode-workers.js";
import { imageLoader } from "./image-loader.js";

const { graph, spec, threads } = workerData as EncodeWorkerData;
const load = imageLoader(spec);
const opened = openProgram(graph, { threads });
opened.catch(() => {}); // told to whoever sends the first file

async function answerFor(file: string): Promise<EncodeWorkerAnswer> {
  try {
    const data = await load(file, file);
    return { arrays: await (await opened).run({ image: float32([1, spec.inputSize, spec.inputSize, 3], data) }) };
  } catch (error) {
    if (isLtadError(error)) return { failure: { code: error.code, message: error.message, details: error.details } };
    throw error;
  }
}

parentPort?.on("message", (file: string) => void answerFor(file).then((answer) => parentPort?.postMessage(answer)));
