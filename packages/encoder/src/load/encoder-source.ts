import { LtadError } from "@ltad/core";
import { type FolderSource, parseSource as parseFolderSource, sourceForms } from "@ltad/hub";
import { catalogue } from "./catalogue.js";

/** Where an encoder comes from: a model folder, or one of the two npm packages that this library pins file by file. */
export type EncoderSource = FolderSource | { readonly kind: "package"; readonly name: "efficientnet-b0" | "use-lite" };

/**
 * Reads what a user typed: a short name of the {@link catalogue}, `owner/name` or `owner/name@revision` of the hub, `https://...#sha256=...`,
 * `npm:package@version/folder`, or a path. A path that exists takes precedence over the hub.
 * @throws LtadError `LTAD_CONFIG` when it is none of them
 */
export function parseSource(text: string): EncoderSource {
  const [, short = "", revision = "main"] = /^([\w.-]+)(?:@([\w./-]+))?$/.exec(text) ?? [];
  const known = catalogue.find(({ name }) => name === short);
  if (known?.source.startsWith("npm:")) return { kind: "package", name: short as "efficientnet-b0" | "use-lite" };
  if (known) return { kind: "hub", name: known.name, repository: known.source.slice("hub:".length), revision };
  const source = parseFolderSource(text);
  if (source) return source;
  const names = catalogue.map(({ name }) => name).join(", ");
  throw new LtadError("LTAD_CONFIG", `encoder: expected one of ${names}; or ${sourceForms}, received ${JSON.stringify(text)}.`, {
    details: { received: text },
  });
}
