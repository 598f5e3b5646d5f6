import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache, runTool } from "./run.mjs";

const countsFile = join(cache, "counts.json");

/**
 * Every check of the project, each even when another failed. Prints a summary and, alone on the last line, `N passed, N failed, N skipped`.
 * @param args passed on to vitest: names of files to run
 * @param state what set-up returned; undefined when it failed
 * @returns the exit code
 */
export async function runChecks(args, state) {
  const results = [{ name: "set-up", ok: state !== undefined, seconds: state?.seconds }];
  if (state) {
    const { env } = state;
    const tool = (name, toolName, toolArgs) => async () => ({
      name,
      ...(await runTool(toolName, toolArgs, { env: { ...env, NO_COLOR: "1" }, output: "capture" })),
    });
    const [format, lint, types] = [
      tool("format", "oxfmt", ["--check"]),
      tool("lint", "oxlint", ["--type-aware", "--deny-warnings"]),
      tool("types", "tsc", ["--noEmit", "-p", "tsconfig.json"]),
    ];
    const compiling = types(); // the slow one, on a core of its own
    for (const result of [await format(), await lint(), await compiling]) results.push(report(result));
    results.push(await runTests(args, env));
  }
  return summarise(results);
}

function report({ name, code, all, seconds }) {
  if (code !== 0) console.log(`\n${name} found faults:\n${all.trimEnd()}\n`);
  return { name, ok: code === 0, seconds };
}

async function runTests(args, env) {
  mkdirSync(cache, { recursive: true });
  rmSync(countsFile, { force: true });
  const reporters = ["--reporter=default", "--reporter=./tools/house/counts-reporter.ts"];
  const { code, seconds } = await runTool("vitest", ["run", ...reporters, ...args], { env: { ...env, LTAD_HOUSE_COUNTS: countsFile } });
  const counts = existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, "utf8")) : { passed: 0, failed: 0, skipped: [] };
  if (code !== 0 && counts.failed === 0) counts.failed = 1; // a fault outside every test
  return { name: "tests", ok: code === 0, seconds, counts };
}

function summarise(results) {
  const skipped = results.flatMap(({ counts }) => counts?.skipped ?? []);
  const sum = (key, otherwise) => results.reduce((total, { ok, counts }) => total + (counts ? counts[key] : ok === otherwise ? 1 : 0), 0);
  const [passed, failed] = [sum("passed", true), sum("failed", false)];
  console.log("");
  for (const { name, ok, seconds = 0 } of results)
    console.log(`${name.padEnd(8)} ${ok ? "ok    " : "FAILED"} ${seconds.toFixed(1).padStart(7)} s`);
  for (const { name, reason } of skipped) console.log(`skipped: ${name}${reason ? ` (${reason})` : ""}`);
  console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  return failed > 0 || results.some(({ ok }) => !ok) ? 1 : 0;
}
