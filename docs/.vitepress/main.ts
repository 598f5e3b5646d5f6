import { join } from "node:path";
import { build, createServer, resolveConfig, serve } from "vitepress";
import { root } from "./repository.js";
import { writeApi } from "./write-api.js";

// npm run docs: the site into docs/.vitepress/dist; with `dev` a server that follows the pages, with `preview` one of what was built.

const site = join(root, "docs");
const host = "127.0.0.1";
const jobs = {
  async build() {
    await writeApi();
    await build(site);
  },
  async dev() {
    await writeApi();
    const server = await createServer(site, { host });
    await server.listen();
    server.printUrls();
  },
  async preview() {
    await serve({ root: site });
  },
  /** Every page that the configuration finds, as JSON. */
  async pages() {
    const { pages } = await resolveConfig(site, "build");
    console.log(JSON.stringify(pages));
  },
};

const [name = "build"] = process.argv.slice(2);
if (Object.hasOwn(jobs, name)) await jobs[name as keyof typeof jobs]();
else {
  console.error(`npm run docs: unknown job "${name}"; use one of: ${Object.keys(jobs).join(", ")}.`);
  process.exitCode = 2;
}
