// The server in a process of its own: its death is seen, and its memory is not mixed with that of the clients.
import { startServer } from "@ltad/server";

const [repository = ""] = process.argv.slice(2);
const server = await startServer({
  repository,
  port: 0,
  processes: 1,
  threads: 1,
  maxBytes: 300_000,
  requestTimeout: 600,
  timeout: 120_000,
  reloadInterval: 0,
  modelControl: true,
});
process.on("message", () => process.send!({ rss: process.memoryUsage().rss }));
process.on("disconnect", () => void server.close().then(() => process.exit(0)));
process.send!({ url: server.url });
