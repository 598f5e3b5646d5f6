import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** What `npm test` sums up; see checks.mjs. */
interface Counts {
  passed: number;
  failed: number;
  readonly skipped: { readonly name: string; readonly reason: string | undefined }[];
}

/** Writes how many tests passed and failed, and which were skipped and why, to the file that LTAD_HOUSE_COUNTS names. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], faults: readonly unknown[]): void {
    const counts: Counts = { passed: 0, failed: faults.length, skipped: [] };
    for (const module of modules) count(module, counts);
    const file = process.env["LTAD_HOUSE_COUNTS"];
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}

function count(module: TestModule, counts: Counts): void {
  counts.failed += module.errors().length; // a file that cannot be loaded
  for (const suite of module.children.allSuites()) counts.failed += suite.errors().length; // a hook that threw
  for (const test of module.children.allTests()) {
    const result = test.result();
    if (result.state === "passed") counts.passed++;
    else if (result.state === "failed") counts.failed++;
    else counts.skipped.push({ name: test.fullName, reason: result.state === "skipped" ? result.note : undefined });
  }
}
