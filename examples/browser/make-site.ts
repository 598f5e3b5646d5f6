// Makes a web site of a trained model: static files for any web server, no program behind them. Images stay in the browser.
//
//   npx tsx make-site.ts ./model ./site
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readManifest } from "@ltad/detector";
import { pageFiles } from "@ltad/page";

const [model = "./model", site = "./site"] = process.argv.slice(2);

/** Writes a file of the site. */
async function put(path: string, content: string | Uint8Array): Promise<void> {
  const to = join(site, path);
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, content);
}

for (const { path, content } of await pageFiles()) await put(path, await content());
await put("page.json", JSON.stringify({ models: [{ name: "parts", bundle: "model/" }] })); // without "predict": judged in the browser

const { files, weights } = await readManifest(model); // the weights stay here: a prediction does not need them
const needed = Object.keys(files).filter((file) => file !== weights.file);
for (const file of ["model.json", ...needed]) await cp(join(model, file), join(site, "model", file));
await put("model/metrics.json", await readFile(join(model, "metrics.json")).catch(() => "{}"));
console.log(`${site} is complete: put it on any web server, or try it with "npx serve ${site}"`);
