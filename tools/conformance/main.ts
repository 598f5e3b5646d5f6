/**
 * Runs every graph of the product, and the conformance list of @ltad/jit, in Chromium on WebAssembly and WebGPU, and compares with onnxruntime-node:
 *
 *   npx tsx --conditions=@ltad/source tools/conformance/main.ts [--providers wasm,webgpu] [--lists product,operators] [--only PATTERN] \
 *     [--adapter swiftshader] [--verbose]
 *
 * `--adapter default` takes the graphics processor of the machine in place of Chromium's software adapter. The last line is JSON.
 */
import { parseArgs } from "node:util";
import { openChromium } from "../browser/open-chromium.js";
import { operatorPrograms } from "./operator-programs.js";
import { elsewhere, isGood, type Result, row } from "./outcomes.js";
import { productPrograms } from "./product-programs.js";
import type { Outcome, Provider, RecordedProgram } from "./recorded-program.js";
import { serveConformance } from "./serve-conformance.js";

const { values } = parseArgs({
  options: {
    providers: { type: "string", default: "wasm,webgpu" },
    lists: { type: "string", default: "product,operators" },
    only: { type: "string", default: "" },
    adapter: { type: "string", default: "swiftshader" },
    verbose: { type: "boolean", default: false },
  },
});
const software = values.adapter === "default" ? [] : [`--use-webgpu-adapter=${values.adapter}`];
const switches = ["--enable-unsafe-webgpu", "--enable-features=Vulkan,WebGPU", "--ignore-gpu-blocklist", ...software];

const only = new RegExp(values.only);
const product = values.lists.includes("product") ? (await productPrograms()).filter(({ name }) => only.test(name)) : [];
const programs = [...product, ...(values.lists.includes("operators") ? await operatorPrograms(only) : [])];
const site = await serveConformance(programs);
const browser = await openChromium(switches);
const summary: Record<string, number> = {};
try {
  for (const provider of values.providers.split(",") as Provider[]) await runAll(provider);
} finally {
  await browser.close();
  await site.close();
}
console.log(JSON.stringify({ name: "conformance", programs: programs.length, ...summary }));

async function runAll(provider: Provider): Promise<void> {
  let page = await openPage();
  if (provider === "webgpu") {
    const missing = await page.evaluate(() => (globalThis as unknown as { noAdapter(): Promise<string | undefined> }).noAdapter());
    if (missing) return console.log(`\nWebGPU: not run, because ${missing} with ${switches.join(" ")}`);
    console.log(`\nadapter: ${await page.evaluate(() => (globalThis as unknown as { adapterName: string }).adapterName)}`);
  }
  console.log(`\n${provider}${" ".repeat(45 - provider.length)} difference   first      ms   not on ${provider}`);
  const results = new Map<RecordedProgram, Result>();
  for (const [id, program] of programs.entries()) {
    const result = await runOne(page, id, provider);
    results.set(program, result);
    if ("failed" in result && /closed|crash|device|lost|out of memory/i.test(result.failed)) page = await reopened(page);
    if (product.includes(program) || values.verbose || !isGood(result)) console.log(row(program.name, result));
  }
  sumUp(provider, results);
  await page.close();
}

async function openPage() {
  const page = await browser.newPage();
  await page.goto(site.url);
  await page.waitForFunction(() => "runProgram" in globalThis);
  return page;
}
type Page = Awaited<ReturnType<typeof openPage>>;

async function reopened(page: Page): Promise<Page> {
  await page.close().catch(() => {});
  return openPage();
}

async function runOne(page: Page, id: number, provider: Provider): Promise<Result> {
  const run = page.evaluate(
    ([id, provider]) =>
      (globalThis as unknown as { runProgram(id: number, provider: Provider): Promise<Outcome> }).runProgram(id, provider),
    [id, provider] as const,
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Result>((resolve) => {
    timer = setTimeout(() => resolve({ failed: "no answer within 10 minutes, page closed" }), 600_000);
  });
  const result = await Promise.race([run.catch((error: unknown): Result => ({ failed: reasonOf(error) })), late]);
  clearTimeout(timer);
  return result;
}

function reasonOf(error: unknown): string {
  const text = String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, " ");
  return text
    .replace(/^page\.evaluate: (Error: )?/, "")
    .replace(/ at \S+ \(http.*/, "")
    .slice(-300);
}

function sumUp(provider: Provider, results: ReadonlyMap<RecordedProgram, Result>): void {
  const count = (part: readonly RecordedProgram[]) =>
    part.filter((program) => results.has(program) && isGood(results.get(program)!)).length;
  const lists = {
    product: programs.filter((program) => product.includes(program)),
    operators: programs.filter((program) => !product.includes(program)),
  };
  for (const [name, list] of Object.entries(lists)) {
    if (list.length === 0) continue;
    console.log(
      `${provider}: ${count(list)} of ${list.length} programs of ${name === "product" ? "the product" : "single operators"} agree with onnxruntime-node`,
    );
    summary[`${provider}_${name}`] = list.length;
    summary[`${provider}_${name}_agree`] = count(list);
  }
  if (provider === "webgpu")
    console.log(`operators that run on WebAssembly in place of WebGPU, with the number of programs: ${elsewhere(results.values())}`);
}
