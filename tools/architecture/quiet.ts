import ts from "typescript";

const processFields = new Set(["exit", "exitCode", "env", "argv", "stdout", "stderr", "stdin", "chdir"]);

/** What a package may not do, with its line: print, exit, read env or argv, draw from the global generator. */
export function loudPlaces(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const found: string[] = [];
  const tell = (node: ts.Node, what: string) =>
    found.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${what}`);
  const visit = (node: ts.Node): void => {
    const what = loudAccess(node) ?? loudImport(node);
    if (what) tell(node, what);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function loudAccess(node: ts.Node): string | undefined {
  const isAccess = ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
  if (!isAccess || !ts.isIdentifier(node.expression)) return undefined;
  const object = node.expression.text;
  const field = ts.isPropertyAccessExpression(node)
    ? node.name.text
    : ts.isStringLiteral(node.argumentExpression)
      ? node.argumentExpression.text
      : "";
  const loud = object === "console" || (object === "process" && processFields.has(field)) || (object === "Math" && field === "random");
  return loud ? `${object}.${field}` : undefined;
}

/** `import process, { env } from "node:process"` would hide what {@link loudAccess} looks for. */
function loudImport(node: ts.Node): string | undefined {
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return undefined;
  const { text } = node.moduleSpecifier;
  return ["node:process", "process", "node:console", "console"].includes(text) ? `import of ${text}` : undefined;
}
