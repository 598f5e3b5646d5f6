import { existsSync } from "node:fs";
import { LtadError } from "@ltad/core";
import type { UrlFile } from "../fetch/url-file.js";
import type { HubModel } from "../fetch/hub.js";
import { type NpmModel, parseNpm } from "./npm-name.js";
import { catalogue } from "./catalogue.js";

/** Where an encoder comes from. */
export type EncoderSource =
  | { readonly kind: "package"; readonly name: "efficientnet-b0" | "use-lite" }
  | ({ readonly kind: "hub"; readonly name: string } & HubModel)
  | ({ readonly kind: "url" } & UrlFile)
  | ({ readonly kind: "npm" } & NpmModel)
  | { readonly kind: "path"; readonly path: string };

const repositoryPattern = /^(?:hub:|hf:)?([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/;

/**
 * Reads what a user typed: a short name of the {@link catalogue}, `owner/name` or `owner/name@revision` of the hub, `https://...#sha256=...`,
 * `npm:package@version/folder`, or a path.
 * A path that is there wins over the hub.
 * @throws LtadError `LTAD_CONFIG` when it is none of them
 */
export function parseSource(text: string): EncoderSource {
  const [, short = "", revision = "main"] = /^([\w.-]+)(?:@([\w./-]+))?$/.exec(text) ?? [];
  const known = catalogue.find(({ name }) => name === short);
  if (known?.source.startsWith("npm:")) return { kind: "package", name: short as "efficientnet-b0" | "use-lite" };
  if (known) return { kind: "hub", name: known.name, repository: known.source.slice("hub:".length), revision };
  if (text.startsWith("npm:")) return { kind: "npm", ...parseNpm(text) };
  if (/^https?:/i.test(text)) {
    const [url = "", fragment = ""] = text.split("#");
    return { kind: "url", url, sha256: fragment.replace(/^sha256[=-]/, "").toLowerCase() };
  }
  const [, repository, at = "main"] = repositoryPattern.exec(text) ?? [];
  if (existsSync(text) || /^(?:[.~/\\]|[A-Za-z]:[\\/])/.test(text) || /\.(safetensors|onnx)$/.test(text))
    return { kind: "path", path: text };
  if (repository !== undefined) return { kind: "hub", name: repository.split("/")[1]!, repository, revision: at };
  const names = catalogue.map(({ name }) => name).join(", ");
  throw new LtadError(
    "LTAD_CONFIG",
    `encoder: expected one of ${names}; or the path of a model folder, owner/name on the Hugging Face hub, npm:package@version, or an address, received ${JSON.stringify(text)}.`,
    {
      details: { received: text },
    },
  );
}
