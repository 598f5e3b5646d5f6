// npm run test:node -- 20 22 24 [FILTER...]: runs the tests on other versions of Node, whose binaries come from npm.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cache, environment, run } from "../house/run.mjs";
import { splitArguments } from "./arguments.mjs";
import { nodeBinary } from "./node-binary.mjs";

const counts = join(cache, "counts-of-node.json");

/** Runs vitest on one version. @returns its line of the summary, and whether it failed */
async function testOn(version, filters) {
  const found = await nodeBinary(version);
  if ("reason" in found) return { failed: false, line: `skipped, ${found.reason}` };
  const name = (await run(found.path, ["--version"], { output: "capture" })).stdout.trim();
  console.log(`\nNode ${name}`);
  const { code, seconds } = await runVitest(found.path, filters);
  const { passed, failed, skipped } = existsSync(counts) ? JSON.parse(readFileSync(counts, "utf8")) : { passed: 0, failed: 1, skipped: [] };
  const words = `${code === 0 ? "ok    " : "FAILED"} ${passed} passed, ${failed} failed, ${skipped.length} skipped, ${seconds.toFixed(0)} s`;
  return { failed: code !== 0, line: `${words} (${name})` };
}

function runVitest(node, filters) {
  mkdirSync(cache, { recursive: true });
  rmSync(counts, { force: true });
  const env = { ...environment(dirname(node)), LTAD_HOUSE_COUNTS: counts };
  const reporters = ["--reporter=default", "--reporter=./tools/house/counts-reporter.ts"];
  return run(node, ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...filters], { env });
}

async function main(args) {
  const { versions, filters } = splitArguments(args);
  const results = [];
  for (const version of versions) results.push({ version, ...(await testOn(version, filters)) });
  console.log("");
  for (const { version, line } of results) console.log(`Node ${version.padEnd(8)} ${line}`);
  return results.some(({ failed }) => failed) ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
