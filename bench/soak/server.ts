// The server in a process of its own, whose memory is not mixed with that of the clients.
import { readFileSync } from "node:fs";
import { startServer } from "@ltad/server";

const [bundle = "", processes = "1", threads = "1"] = process.argv.slice(2);
const server = await startServer({ bundle, port: 0, processes: Number(processes), threads: Number(threads), reloadInterval: 0 });
process.send!({ url: server.url });
process.on("message", () => process.send!({ own: process.memoryUsage().rss, children: children().map((id) => ({ id, rss: residentSize(id) })) }));
process.on("disconnect", () => void server.close().then(() => process.exit(0)));

/** The inference processes, as Linux lists them; those of esbuild, which runs the sources, are none. */
function children(): number[] {
  const all = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  return all.filter((id) => textOf(`/proc/${id}/cmdline`).includes("worker/main"));
}

function residentSize(id: number): number {
  return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(textOf(`/proc/${id}/status`))?.[1] ?? 0);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // it has ended
  }
}
