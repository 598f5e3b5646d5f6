import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

/** Files by their path on the server: texts and bytes as they are, or a folder on disk by a path that ends with a slash. */
export type Served = Readonly<Record<string, string | Uint8Array>>;

/** A server of static files on this machine, as any web server is one: no route, no special header unless given. */
export async function serveFiles(served: Served, headers: Readonly<Record<string, string>> = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    find(served, path.endsWith("/") ? `${path}index.html` : path).then(
      (content) => response.writeHead(200, { "content-type": types[extname(path)] ?? types[".html"], ...headers }).end(content),
      () => response.writeHead(404).end("not found"),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function find(served: Served, path: string): Promise<string | Uint8Array> {
  const own = served[path];
  if (own !== undefined) return own;
  const folder = Object.keys(served).find((prefix) => prefix.endsWith("/") && path.startsWith(prefix));
  if (folder === undefined || path.includes("..")) throw new Error(path);
  return readFile(join(served[folder] as string, path.slice(folder.length)));
}
