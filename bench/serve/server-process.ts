import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What the server uses. */
export interface Usage {
  /** Bytes of the process that speaks HTTP. */
  readonly own: number;
  /** Milliseconds of processor time that it has used. */
  readonly cpu: number;
  /** Its inference processes and their bytes; none where this is not Linux. */
  readonly children: readonly { readonly id: number; readonly rss: number }[];
}

/** A server in another process. */
export interface ServerProcess {
  readonly url: string;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

export async function startServerProcess(bundle: string, processes: number, threads: number): Promise<ServerProcess> {
  const child: ChildProcess = fork(fileURLToPath(new URL("server.ts", import.meta.url)), [bundle, `${processes}`, `${threads}`]);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the server ended with code ${String(code)}`);
  });
  ended.catch(() => {}); // it ends after its use, too
  const answer = async <T>() => (await Promise.race([once(child, "message"), ended]))[0] as T;
  const { url } = await answer<{ url: string }>();
  return {
    url,
    usage() {
      child.send("usage");
      return answer<Usage>();
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.disconnect();
      await exit;
    },
  };
}
