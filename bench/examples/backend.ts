import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import * as tf from "@tensorflow/tfjs";

// Loaded before an example: makes the backend that LTAD_BENCH_BACKEND names the current one of TensorFlow.js. A folder is one with tfjs-node.

const name = process.env["LTAD_BENCH_BACKEND"] ?? "cpu";
if (name === "wasm") await import("@tensorflow/tfjs-backend-wasm");
else if (name !== "cpu") createRequire(join(resolve(name), "package.json"))("@tensorflow/tfjs-node");
await tf.setBackend(name === "wasm" || name === "cpu" ? name : "tensorflow");
await tf.ready();
