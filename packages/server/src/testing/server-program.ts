// A server in a process of its own, which tests kill.
import { startServer } from "../server.js";

/** What it says when it answers. */
export interface Serving {
  readonly url: string;
}

const [bundle = "", port = "0"] = process.argv.slice(2);
const { url } = await startServer({ bundle, port: Number(port), processes: 1, threads: 1, reloadInterval: 0 });
process.send!({ url } satisfies Serving);
