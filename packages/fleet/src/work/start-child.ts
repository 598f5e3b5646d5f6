import { fork } from "node:child_process";
import { LtadError } from "@ltad/core";
import type { Failure, FromChild, ShardOrder } from "../child/messages.js";
import type { ShardDone } from "../shard/run-shard.js";

/** How a computing process is started. */
export interface ChildOptions {
  /** Its program; that of this package by default. */
  readonly program?: URL | undefined;
  /** Milliseconds that one image may take: the process is ended after that. */
  readonly patience: number;
}

/** A process ended, or was ended, while it worked on an image. */
export interface Crash {
  /** The image that it worked on; undefined before the first. */
  readonly image: string | undefined;
  /** "was ended by SIGSEGV", or "took more than 60 s". */
  readonly how: string;
}

/** A computing process. */
export interface Child {
  readonly pid: number | undefined;
  /**
   * Runs a shard.
   * @returns what became of it, or the crash that ended the process
   * @throws the error of the shard
   */
  run(order: ShardOrder, onProgress?: (done: number, total: number) => void): Promise<ShardDone | Crash>;
  /** Ends it, whatever it works on. */
  kill(): void;
}

const ownProgram = new URL(import.meta.url.endsWith(".ts") ? "../child/main.ts" : "child/main.js", import.meta.url);

/** Starts a process that computes shards, so that an image that crashes or hangs it does no harm to this one. */
export function startChild({ program = ownProgram, patience }: ChildOptions): Child {
  const child = fork(program, [], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  let current: string | undefined;
  let hung = false;
  let timer: NodeJS.Timeout | undefined;
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, patience);
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
          if (message.type === "begin") current = message.id;
          if (message.type === "begin" || message.type === "progress") watch();
          if (message.type === "progress") onProgress?.(message.done, message.total);
          if (message.type !== "done" && message.type !== "failed") return;
          stop();
          if (message.type === "done") resolve(message.result);
          else reject(errorOf(message.error));
        };
        const onExit = (code: number | null, signal: string | null) => {
          const how = hung ? `took more than ${patience / 1000} s` : signal ? `was ended by ${signal}` : `ended with code ${code}`;
          const image = current;
          stop();
          resolve({ image, how });
        };
        if (child.exitCode !== null || child.signalCode !== null) return onExit(child.exitCode, child.signalCode);
        child.on("message", onMessage);
        child.once("exit", onExit);
        child.send(order, () => undefined); // a process that has ended shows by its exit
      }),
  };
}

function errorOf({ code, message }: Failure): Error {
  return code === undefined ? new Error(message) : new LtadError(code, message);
}
