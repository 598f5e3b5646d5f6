import { run } from "./run.mjs";

/** Runs docs/.vitepress/main.ts. */
export async function docs(args) {
  const { code, seconds } = await run(process.execPath, ["--import", import.meta.resolve("tsx"), "docs/.vitepress/main.ts", ...args]);
  if (code === 0) console.error(`ltad: docs took ${seconds.toFixed(1)} s`);
  return code;
}
