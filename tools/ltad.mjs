// npm run -s ltad -- ...: the built command, at once, and nothing but its own output on stdout.
import { launch } from "./house/launch.mjs";

await launch("trainer", process.argv.slice(2));
