// Says "ready", and "stopped" when it is interrupted; io.test.ts runs it under a shell.
import { processIo } from "../io.js";

const wait = setInterval(() => {}, 1000);
processIo().onInterrupt(() => {
  process.stdout.write("stopped\n");
  clearInterval(wait);
});
process.stdout.write("ready\n");
