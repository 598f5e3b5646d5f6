import { fork } from "node:child_process";
import { LtadError } from "@ltad/core";
import type { Failure, FromChild, ShardOrder } from "../child/messages.js";
import type { ShardDone } from "../shard/run-shard.js";
import { removeScratch, scratchFolder } from "./scratch-folder.js";

/** How a computing process is started. */
export interface ChildOptions {
  /** Its program; that of this package by default. */
  readonly program?: URL | undefined;
  /** Milliseconds that one image may take once it is read: the process is ended after that. */
  readonly patience: number;
}

/** A process ended, or was ended, while it worked on an image. */
export interface Crash {
  /** The image that it worked on; undefined while it read one, or wrote the result. */
  readonly image: string | undefined;
  /** "was ended by SIGSEGV", or "took more than 60 s". */
  readonly how: string;
}

/** The next image is read: a store or a share may be out of reach for minutes. */
const betweenImages = (patience: number) => Math.max(patience, 300_000);

/** A computing process. */
export interface Child {
  readonly pid: number | undefined;
  /**
   * Runs a shard.
   * @returns what became of it, or the crash that ended the process
   * @throws the error of the shard
   */
  run(order: Omit<ShardOrder, "scratch">, onProgress?: (done: number, total: number) => void): Promise<ShardDone | Crash>;
  /** Ends it, whatever it works on. */
  kill(): void;
}

const ownProgram = new URL(import.meta.url.endsWith(".ts") ? "../child/main.ts" : "child/main.js", import.meta.url);

/** Starts a process that computes shards, so that an image that crashes or hangs it does not affect this process. */
export function startChild({ program = ownProgram, patience }: ChildOptions): Child {
  const scratch = scratchFolder();
  const child = fork(program, [], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  child.once("exit", () => removeScratch(scratch)); // also of a process that was killed
  let current: string | undefined;
  let hung = 0; // seconds
  let timer: NodeJS.Timeout | undefined;
  const watch = (limit: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      hung = limit / 1000;
      child.kill("SIGKILL");
    }, limit);
  };
  return {
    pid: child.pid,
    kill: () => void child.kill("SIGKILL"),
    run: (order, onProgress) =>
      new Promise((resolve, reject) => {
        const stop = () => {
          clearTimeout(timer);
          current = undefined;
          child.off("message", onMessage);
          child.off("exit", onExit);
        };
        const onMessage = (message: FromChild) => {
          if (message.type === "begin") watch(patience);
          current = message.type === "begin" ? message.id : undefined;
          if (message.type === "progress") {
            watch(betweenImages(patience));
            if (message.done === message.total) clearTimeout(timer); // the result may be large, and the store slow
            onProgress?.(message.done, message.total);
          }
          if (message.type !== "done" && message.type !== "failed") return;
          stop();
          if (message.type === "done") resolve(message.result);
          else reject(errorOf(message.error));
        };
        const onExit = (code: number | null, signal: string | null) => {
          const how = hung > 0 ? `took more than ${hung} s` : signal ? `was ended by ${signal}` : `ended with code ${code}`;
          const image = current;
          stop();
          resolve({ image, how });
        };
        if (child.exitCode !== null || child.signalCode !== null) return onExit(child.exitCode, child.signalCode);
        child.on("message", onMessage);
        child.once("exit", onExit);
        child.send({ ...order, scratch } satisfies ShardOrder, () => undefined); // a process that has ended shows by its exit
      }),
  };
}

function errorOf({ code, message, details }: Failure): Error {
  return code === undefined ? new Error(message) : new LtadError(code, message, { ...(details && { details }) });
}
