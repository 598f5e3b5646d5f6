import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Nothing from other hosts, and no script inside a page. Shiki colours code by style attributes. */
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

const scripts = new Map<string, string>();

/** A built page under {@link policy}: VitePress's inline scripts, which choose light or dark before the first paint, become files. */
export function strictPage(html: string): string {
  return html
    .replace(/<meta charset="utf-8">/, `$&\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace(/<script id="([\w-]+)">([^<]*)<\/script>/g, (_, name: string, script: string) => {
      scripts.set(name, script);
      return `<script src="/assets/${name}.js"></script>`;
    });
}

/** Writes the scripts that {@link strictPage} took out. */
export async function writeScripts(folder: string): Promise<void> {
  for (const [name, script] of scripts) await writeFile(join(folder, `assets/${name}.js`), script);
}
