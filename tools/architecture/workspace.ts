import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The fields of a package.json that the architecture speaks of. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: unknown;
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly publishConfig?: Readonly<Record<string, unknown>>;
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** One source file and what it imports. */
export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

/** One package, app or other folder of the workspace. */
export interface Member {
  /** "packages/core" */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: readonly SourceFile[];
  /** What an entry of the build reaches; the rest is for tests. */
  readonly shipped: readonly SourceFile[];
}

/** Every folder of the workspace with a package.json, with its TypeScript files. */
export function readWorkspace(): Member[] {
  const within = (folder: string) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  return [...within("packages"), ...within("apps"), "bench", "docs", "examples", "tools"]
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .map(readMember);
}

function readMember(folder: string): Member {
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
  const built = existsSync(join(root, folder, "tsup.config.ts"));
  const files = typescriptFiles(built ? `${folder}/src` : folder).map(readSource);
  return { folder, manifest, files, shipped: built ? reached(files, entriesOf(folder)) : files };
}

/** The sources that the package's build starts from. */
export function entriesOf(folder: string): string[] {
  const config = readFileSync(join(root, folder, "tsup.config.ts"), "utf8");
  return [...config.matchAll(/"(src\/[^"]+\.tsx?)"/g)].map(([, entry]) => `${folder}/${entry}`);
}

function typescriptFiles(folder: string): string[] {
  const entries = existsSync(join(root, folder)) ? readdirSync(join(root, folder), { withFileTypes: true }) : [];
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ["node_modules", "dist", ".cache"].includes(entry.name) ? [] : typescriptFiles(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  return { path, text, imports: ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName) };
}

function reached(files: readonly SourceFile[], entries: readonly string[]): SourceFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const seen = new Set<SourceFile>();
  const visit = (path: string) => {
    const file = byPath.get(path);
    if (!file || seen.has(file)) return;
    seen.add(file);
    for (const name of file.imports) if (name.startsWith(".")) visit(targetOf(file.path, name));
  };
  for (const entry of entries) visit(entry);
  return [...seen];
}

/** The source that a relative import names, from the root of the repository. */
export function targetOf(from: string, name: string): string {
  const source = relative(root, resolve(root, dirname(from), name)).replace(/\.js$/, ".ts");
  return existsSync(join(root, source)) ? source : source.replace(/\.ts$/, existsSync(join(root, `${source}x`)) ? ".tsx" : ".ts");
}

/** "@ltad/runtime" -> "@ltad/jit", "sharp/lib" -> "sharp". */
export function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}
