import { existsSync } from "node:fs";
import type { HubModel } from "./hub-snapshot.js";
import { type NpmModel, parseNpm } from "./npm-name.js";
import type { UrlFile } from "./url-file.js";

/** Where a model comes from. */
export type FolderSource =
  | ({ readonly kind: "hub"; readonly name: string } & HubModel)
  | ({ readonly kind: "npm" } & NpmModel)
  | ({ readonly kind: "url" } & UrlFile)
  | { readonly kind: "path"; readonly path: string };

/** The forms of a source, for errors. */
export const sourceForms =
  "the path of a model folder, owner/name[@revision] on the Hugging Face hub, npm:package@version[/folder], or https://...#sha256=...";

/**
 * Reads what a user typed: `owner/name` or `owner/name@revision` on the hub, `npm:package@version/folder`, `https://...#sha256=...`, or a path.
 * A path that exists takes precedence over a model of the hub.
 * @returns undefined when it has none of these forms
 * @throws LtadError `LTAD_CONFIG` for `npm:` with a wrong name or version after it
 */
export function parseSource(text: string): FolderSource | undefined {
  if (text.startsWith("npm:")) return { kind: "npm", ...parseNpm(text) };
  if (/^https?:/i.test(text)) {
    const [url = "", fragment = ""] = text.split("#");
    return { kind: "url", url, sha256: fragment.replace(/^sha256[=-]/, "").toLowerCase() };
  }
  if (existsSync(text) || /^(?:[.~/\\]|[A-Za-z]:[\\/])/.test(text) || /\.(safetensors|onnx)$/.test(text))
    return { kind: "path", path: text };
  const [, repository, revision = "main"] = /^(?:hub:|hf:)?([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/.exec(text) ?? [];
  return repository === undefined ? undefined : { kind: "hub", name: repository.split("/")[1]!, repository, revision };
}
