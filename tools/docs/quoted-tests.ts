import { posix } from "node:path";
import ts from "typescript";

/** Reads a file of the repository by its path from the root; undefined when there is none. */
export type ReadSource = (path: string) => string | undefined;

/**
 * What a page says of the sources that is not so. Checked are its links by reference: to a file, to a declaration in it
 * (``[`scoreHead`][head]``), and to a test file whose titles follow in straight quotes (`[head][t-head] "title", "title"`).
 */
export function quotingFaults(path: string, markdown: string, read: ReadSource): string[] {
  const [body, targets] = [markdown.replace(/^```[\s\S]*?^```/gm, ""), targetsOf(path, markdown)];
  const faults = [...targets.values()].flatMap((target) => (read(target) === undefined ? [`${target}: no such file`] : []));
  let titles: readonly string[] = [];
  let where = path;
  for (const [, name, label = "", title] of body.matchAll(/<[^>\n]*>|\[([^\]]+)\]\[([^\]]+)\]|`[^`\n]*`|"([^"\n]+)"/g)) {
    if (title !== undefined && !titles.includes(title)) faults.push(`${where}: no test "${title}"`);
    if (name === undefined) continue;
    const target = targets.get(label);
    if (target === undefined) faults.push(`${path}: [${label}] is not defined`);
    [where, titles] = target?.endsWith(".test.ts") ? [target, titlesOf(read(target) ?? "")] : [path, []];
    const symbol = /^`(\w+)`$/.exec(name)?.[1];
    if (target && symbol && !declares(read(target) ?? "", symbol)) faults.push(`${target}: no declaration of ${symbol}`);
  }
  return faults;
}

/** The definitions at the end of a page, as paths from the root of the repository. */
function targetsOf(path: string, markdown: string): Map<string, string> {
  const definitions = [...markdown.matchAll(/^\[([^\]]+)\]: (\S+)$/gm)];
  return new Map(definitions.map(([, label = "", target = ""]) => [label, posix.join(posix.dirname(path), target)]));
}

function declares(source: string, name: string): boolean {
  return new RegExp(`\\b(function|const|class|interface|type|readonly) ${name}\\b`).test(source);
}

/** The titles of a test file: the first arguments of `it`, `test`, `describe` and their `.each(...)`, where they are plain strings. */
function titlesOf(source: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(it|test|describe)\b/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) titles.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("titles.ts", source, ts.ScriptTarget.Latest, true));
  return titles;
}
