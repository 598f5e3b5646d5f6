import { createReadStream } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { sha256 } from "@ltad/core";
import { readManifest } from "@ltad/detector";
import { type PageFile, pageFiles, pagePolicy } from "@ltad/page";
import type { ServerContext } from "../context.js";
import { HttpError } from "../http-error.js";

/** The page is isolated, so that a model in it may use all cores, and nothing that is not the server's own gets into it. */
const headers = {
  "content-security-policy": pagePolicy,
  "cross-origin-embedder-policy": "require-corp",
  "cache-control": "no-cache",
};

/** GET / and its files: a page to try the models by hand; see `@ltad/page`. @returns adds the routes */
export async function pageRoute(): Promise<(context: ServerContext) => void> {
  const files = await pageFiles();
  return (context) => {
    for (const file of files) fileRoute(context, file);
    configRoute(context);
    bundleRoute(context);
  };
}

function fileRoute({ app }: ServerContext, { path, type, content }: PageFile): void {
  const options = { config: { isPage: true }, schema: { hide: true } };
  app.get(path === "index.html" ? "/" : `/${path}`, options, async (_, reply) =>
    reply
      .type(type)
      .headers(headers)
      .send(await content()),
  );
}

/** GET /page.json: what the page talks to. */
function configRoute({ app, models }: ServerContext): void {
  app.get("/page.json", { schema: { hide: true } }, () => {
    const names = [models.first, ...models.names().filter((name) => name !== models.first)];
    return { models: names.map((name) => ({ name, bundle: `bundles/${encodeURIComponent(name)}/` })), predict: "predict", drift: "drift" };
  });
}

const metrics = "metrics.json";

/**
 * GET /bundles/NAME/FILE: what the page reads of a bundle, and what it runs on the user's device. The names of the files are those that the
 * manifest has; no name of a request becomes part of a path.
 */
function bundleRoute({ app, models }: ServerContext): void {
  app.get<{ Params: { name: string; file: string } }>("/bundles/:name/:file", { schema: { hide: true } }, async ({ params }, reply) => {
    const { folder } = models.find(params.name);
    const manifest = await readManifest(folder);
    const { encoder, head, nearest } = manifest.graphs;
    const ofClasses = manifest.classes.map((entry) => entry.file);
    const file = ["model.json", metrics, encoder.file, head.file, nearest?.file, ...ofClasses].find((known) => known === params.file);
    if (file === undefined) throw new HttpError("LTAD_NOT_FOUND", "The page reads no file of this name from a bundle.");
    void reply.type(extname(file) === ".json" ? "application/json" : "application/octet-stream");
    if (file === "model.json") return reply.send(JSON.stringify(manifest));
    if (ofClasses.includes(file)) return reply.send(await tablesOf(folder, file, manifest.files[file]!.sha256));
    const bytes = await sizeOf(folder, file);
    if (bytes === undefined) return file === metrics ? reply.send("{}") : gone();
    return reply.header("content-length", bytes).send(createReadStream(join(folder, file))); // not as a whole: it may be large, and slowly read
  });
}

/** The tables of a class. Their hash is checked here, because no image of the class may have come before. */
async function tablesOf(folder: string, file: string, hash: string): Promise<Buffer> {
  const content = await readFile(join(folder, file)).catch(gone);
  return sha256(content) === hash ? content : gone();
}

/**
 * The bytes of a file that may be sent. The numbers of an evaluation have no hash in the manifest, so that a link in a bundle from elsewhere
 * could lead to any file of this machine.
 */
async function sizeOf(folder: string, file: string): Promise<number | undefined> {
  try {
    const place = await realpath(join(folder, file));
    if (file === metrics && !place.startsWith((await realpath(folder)) + sep)) return undefined;
    const found = await stat(place);
    return found.isFile() ? found.size : undefined;
  } catch {
    return undefined;
  }
}

/** The bundle was replaced between its manifest and its file. */
function gone(): never {
  throw new HttpError("LTAD_NOT_FOUND", "The model has just been replaced. Load the page again.");
}
