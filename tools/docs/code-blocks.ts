/** A fenced block of TypeScript in a Markdown file. */
export interface CodeBlock {
  /** File and first line: "packages/core/README.md:5". */
  readonly place: string;
  readonly code: string;
  /** Marked `ts`, not `ts no-run`. */
  readonly runs: boolean;
  /** What its `// =>` comments say it prints, line by line. */
  readonly prints: readonly string[];
}

/** The blocks marked `ts` (run and type-checked) and `ts no-run` (type-checked); `ts sketch` and every other language are left alone. */
export function codeBlocks(path: string, markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```ts( no-run)?[ \t]*\n([\s\S]*?)^```/gm)].map((match) => {
    const [, mark, code = ""] = match;
    const line = markdown.slice(0, match.index).split("\n").length + 1;
    return { place: `${path}:${line}`, code, runs: mark === undefined, prints: expectedLines(code) };
  });
}

function expectedLines(code: string): string[] {
  return [...code.matchAll(/\/\/ => ?(.*)$/gm)].map(([, text = ""]) => text.trimEnd());
}
