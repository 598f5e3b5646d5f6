import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Servers of KServe with the same graphs: one process for each of ours. */
export interface KServe {
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL("../../tools/reference/server/kserve_server.py", import.meta.url));
const firstPort = 18_090;

/** @param python an interpreter in which tools/reference/server/requirements.txt is installed */
export async function startKServe(python: string, bundle: string, processes: number, threads: number): Promise<KServe> {
  const ports = Array.from({ length: processes }, (_, i) => firstPort + i);
  const children = ports.map((port) =>
    spawn(python, [program, bundle, "--port", `${port}`, "--threads", `${threads}`], {
      stdio: ["ignore", "ignore", "inherit"],
      detached: true,
    }),
  );
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const stop = async () => {
    await Promise.all(children.map(end));
  };
  try {
    for (const [i, url] of urls.entries()) await untilReady(`${url}/v2/models/ltad/ready`, children[i]!);
    return { urls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  process.kill(-child.pid!, "SIGKILL"); // with what it has started, which would hold our output open
  await ended;
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 240; i++) {
    const reply = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    if (reply?.ok) return;
    if (child.exitCode !== null) throw new Error("KServe cannot be started; is tools/reference/server/requirements.txt installed?");
    await wait(500);
  }
  throw new Error(`KServe does not answer at ${url}`);
}
