// The server in a process of its own: its memory and its processor time are not mixed with those of the clients.
import { readFileSync } from "node:fs";
import { collectAtOnce } from "@ltad/core";
import { startServer } from "@ltad/server";

const [bundle = "", processes = "1", threads = "1"] = process.argv.slice(2);
collectAtOnce(); // as the programs that serve
const server = await startServer({ bundle, port: 0, processes: Number(processes), threads: Number(threads), reloadInterval: 0 });
process.send!({ url: server.url });
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send!({ own: process.memoryUsage().rss, cpu: (user + system) / 1000, children: children() });
});
process.on("disconnect", () => void server.close().then(() => process.exit(0)));

/** The inference processes, as Linux lists them, and their memory; that of esbuild, which runs the sources, is none. */
function children(): { id: number; rss: number }[] {
  const all = textOf(`/proc/${process.pid}/task/${process.pid}/children`).split(" ").filter(Boolean).map(Number);
  const ours = all.filter((id) => textOf(`/proc/${id}/cmdline`).includes("worker/main"));
  return ours.map((id) => ({ id, rss: 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(textOf(`/proc/${id}/status`))?.[1] ?? 0) }));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // it has ended, or this is not Linux
  }
}
