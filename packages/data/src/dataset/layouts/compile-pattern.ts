import { LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import { nfc } from "../folder.js";
import { stemOf } from "../unique-stems.js";

/** What a pattern found in a path. */
export interface Found {
  readonly class?: string | undefined;
  readonly label?: string | undefined;
  /** `{name}`, else the file name without its ending. */
  readonly name: string;
}

const tokens = /\*\*\/|\*\*|\*|\{[^{}]*\}|[^*{}]+|[{}]/g;
const fields = new Set(["{class}", "{label}", "{name}"]);

/**
 * Compiles patterns of paths below the data set: `{class}`, `{label}` and `{name}` stand for a name, `*` for any part of one and `**` for any folders.
 * A pattern fits a file with or without its ending, and everything in a folder that it fits.
 * @throws LtadError `LTAD_CONFIG` for an unknown field in braces
 */
export function compilePattern(patterns: readonly string[]): (path: string) => Found | undefined {
  const compiled = patterns.map((pattern) => new RegExp(`^${sourceOf(pattern)}(?:\\.[^./]+|/.+)?$`, "u"));
  return (path) => {
    for (const pattern of compiled) {
      const match = pattern.exec(path);
      if (!match) continue;
      const { class: name, label, name: image } = match.groups ?? {};
      return { class: name, label, name: image ?? stemOf(path.slice(path.lastIndexOf("/") + 1)) };
    }
    return undefined;
  };
}

function sourceOf(pattern: string): string {
  const seen = new Set<string>();
  const plain = nfc(pattern).replace(/^\.\//, "").replace(/\/+$/, "");
  return (plain.match(tokens) ?? [])
    .map((token) => {
      if (token === "**/") return "(?:.*/)?";
      if (token === "**") return ".*";
      if (token === "*") return "[^/]*";
      if (!token.startsWith("{") && !token.startsWith("}")) return token.replaceAll(/[\\^$.|?+()[\]/-]/g, "\\$&");
      if (!fields.has(token)) throw unknownField(pattern, token);
      const name = token.slice(1, -1);
      const again = seen.has(name);
      seen.add(name);
      return again ? `\\k<${name}>` : `(?<${name}>[^/]+?)`;
    })
    .join("");
}

function unknownField(pattern: string, token: string): LtadError {
  return new LtadError(
    "LTAD_CONFIG",
    `layout file: the pattern ${shown(pattern)} has ${shown(token)}; expected {class}, {label}, {name}, * or **.`,
    {
      details: { field: token, received: pattern },
    },
  );
}
