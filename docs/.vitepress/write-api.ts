import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Application, type DocumentationEntryPoint, type TypeDocOptions } from "typedoc";
import { load as markdownPlugin } from "typedoc-plugin-markdown";
import ts from "typescript";
import { nameParameters } from "./parameter-names.js";
import { plainBrackets } from "./plain-brackets.js";
import { readPackages, repositoryUrl, root } from "./repository.js";

const out = join(root, "docs/api");

/** Writes docs/api: one page for each entry of each package, from the docstrings of the sources. */
export async function writeApi(): Promise<void> {
  await rm(out, { recursive: true, force: true });
  const entries = readPackages().flatMap(({ entries }) => entries);
  const sources = entries.map(({ source }) => join(root, source));
  const app = await Application.bootstrapWithPlugins({ ...options, entryPoints: sources });
  nameParameters(app);
  const program = readSources(sources);
  const points = entries.flatMap(({ name, source }): DocumentationEntryPoint[] => {
    const sourceFile = program.getSourceFile(join(root, source));
    return sourceFile ? [{ displayName: name, program, sourceFile }] : [];
  });
  await app.initializeRepositories(points); // makes the links to the sources; needs no git
  const project = app.converter.convert(points);
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error("The API reference could not be written; TypeDoc's words are above.");
}

/** The sources as TypeScript reads them, with docstrings that are fit for Markdown. */
function readSources(sources: readonly string[]): ts.Program {
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile.bind(ts.sys)) as { config: object };
  const { options: compilerOptions } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root);
  const host = ts.createCompilerHost(compilerOptions);
  const readFile = host.readFile.bind(host);
  host.readFile = (file) => readFile(file)?.replace(/^\s*\/?\*+ .*$/gm, plainBrackets);
  return ts.createProgram(sources, compilerOptions, host);
}

/** The options of TypeDoc, and those that typedoc-plugin-markdown adds. */
const options: TypeDocOptions & Record<string, unknown> = {
  plugin: [markdownPlugin],
  outputs: [{ name: "markdown", path: out }],
  tsconfig: join(root, "tsconfig.base.json"),
  name: "API reference",
  readme: "none",
  router: "module",
  entryFileName: "index",
  basePath: root,
  displayBasePath: root,
  disableGit: true,
  gitRevision: "main",
  sourceLinkTemplate: `${repositoryUrl}/blob/main/{path}#L{line}`,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  githubPages: false,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  sanitizeComments: true,
  useCodeBlocks: true,
  groupOrder: ["Functions", "Classes", "Variables", "Interfaces", "Type Aliases", "*"],
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  typeAliasPropertiesFormat: "table",
  propertyMembersFormat: "table",
  validation: { notExported: false, invalidLink: false, notDocumented: false },
  logLevel: "Warn",
};
