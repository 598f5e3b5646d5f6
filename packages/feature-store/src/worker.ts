// A thread that encodes images one after the other. It is started by two-threads.ts.
import { parentPort, workerData } from "node:worker_threads";
import { isLtadError } from "@ltad/core";
import { encodeImage, type ImageFile } from "./encode-image.js";
import { openEncoder } from "./open-encoder.js";
import type { WorkerAnswer, WorkerData } from "./two-threads.js";

const { graph, spec, threads } = workerData as WorkerData;
const opened = openEncoder({ graph, spec }, { threads });
opened.catch(() => {}); // the error is reported with the first image

async function answerFor(image: ImageFile): Promise<WorkerAnswer> {
  try {
    return { arrays: await encodeImage(await opened, spec, image) };
  } catch (error) {
    if (isLtadError(error)) return { failure: { code: error.code, message: error.message, details: error.details } };
    throw error;
  }
}

parentPort?.on("message", (image: ImageFile) => void answerFor(image).then((answer) => parentPort?.postMessage(answer)));
