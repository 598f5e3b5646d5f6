// A server in a process of its own, which tests kill.
import { startServer } from "../server.js";

const [bundle = "", port = "0"] = process.argv.slice(2);
await startServer({ bundle, port: Number(port), processes: 1, threads: 1, reloadInterval: 0 });
process.send!("serves");
