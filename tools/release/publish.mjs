// npm run release:publish: publishes every public package whose version is not on npm yet, and tags it. Only the release workflow should call it.
import { findPnpm } from "../house/pnpm.mjs";
import { environment, runTool } from "../house/run.mjs";

const { code } = await runTool("changeset", ["publish"], { env: environment(await findPnpm()) });
process.exitCode = code;
