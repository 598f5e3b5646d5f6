import { relative } from "node:path";
import ts from "typescript";

/**
 * The faults of these files by themselves, as the repository's own options see them; what they import is loaded but not judged.
 * @param options on top of tsconfig.base.json
 * @param judged which further files are judged, by their path
 */
export function typeFaults(
  root: string,
  files: readonly string[],
  options: ts.CompilerOptions = {},
  judged = (_path: string) => false,
): string[] {
  const base = ts.readConfigFile(`${root}/tsconfig.base.json`, ts.sys.readFile.bind(ts.sys)).config as object;
  const parsed = ts.parseJsonConfigFileContent({ ...base, files: [] }, ts.sys, root);
  const program = ts.createProgram(files, { ...parsed.options, ...options });
  const sources = program.getSourceFiles().filter(({ fileName }) => files.includes(fileName) || judged(fileName));
  const faults = sources.flatMap((source) => [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]);
  return [...program.getOptionsDiagnostics(), ...faults].map(inWords);
}

function inWords({ file, start, messageText }: ts.Diagnostic): string {
  const at =
    file && start !== undefined ? `${relative(process.cwd(), file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1} ` : "";
  return at + ts.flattenDiagnosticMessageText(messageText, "\n");
}
