import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

// The files of the page. The build replaces each of these three expressions by the text of its file: see tsup.config.ts.
const template = readFileSync(new URL("page.html", import.meta.url), "utf8");
const style = readFileSync(new URL("style.css", import.meta.url), "utf8");
const script = readFileSync(new URL("script.js", import.meta.url), "utf8");

/** The page for a model of this name: one document with its style and script in it. */
export function page(modelName: string): string {
  const parts: Readonly<Record<string, string>> = {
    "{{name}}": modelName.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
    "{{path}}": encodeURIComponent(modelName),
    '<link rel="stylesheet" href="style.css" />': `<style>${style}</style>`,
    '<script src="script.js"></script>': `<script>${script}</script>`,
  };
  return template.replace(new RegExp(Object.keys(parts).join("|"), "g"), (part) => parts[part]!);
}

/** Its content security policy: the page may run its own script and talk to its server, and nothing else. */
export const pagePolicy = [
  "default-src 'none'",
  `script-src ${hashOf(script)}`,
  `style-src ${hashOf(style)}`,
  "style-src-attr 'unsafe-inline'", // the slider sets an opacity
  "img-src blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function hashOf(content: string): string {
  return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
}
