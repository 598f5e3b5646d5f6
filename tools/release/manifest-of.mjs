import { project } from "./project.mjs";

const dependencyKinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/**
 * A package.json with everything in it that is decided elsewhere: the project's addresses and words, the one version, and which of its files
 * are published. The rest stays as it was written.
 * @param {Record<string, any>} manifest what the package.json says now
 * @param {{ folder: string, version: string, ours: readonly string[], hasChangelog: boolean }} place folder and version are empty for the root
 */
export function manifestOf(manifest, { folder, version, ours, hasChangelog }) {
  const { name, version: _version, private: hidden, description, keywords: _words, ...rest } = manifest;
  const { homepage: _home, bugs: _bugs, repository: _where, license, author: _author, ...own } = rest;
  return {
    name,
    ...(version && { version }),
    ...(hidden || project.privateMembers.includes(name) ? { private: true } : {}),
    description,
    keywords: [...project.keywords, ...(project.ownKeywords[name] ?? [])].sort((a, b) => (a < b ? -1 : 1)),
    homepage: folder ? `${project.repository}/tree/main/${folder}#readme` : `${project.repository}#readme`,
    bugs: { url: `${project.repository}/issues` },
    license,
    author: project.author,
    repository: { type: "git", url: `git+${project.repository}.git`, ...(folder && { directory: folder }) },
    ...own,
    ...(own.files && { files: filesOf(own.files, hasChangelog) }),
    ...Object.fromEntries(dependencyKinds.filter((kind) => own[kind]).map((kind) => [kind, ranges(own[kind], version, ours)])),
  };
}

/** npm adds README.md and LICENSE by itself, but not the change log. */
function filesOf(files, hasChangelog) {
  const others = files.filter((name) => name !== "CHANGELOG.md");
  return hasChangelog ? [...others, "CHANGELOG.md"] : others;
}

/** Our own packages are needed in exactly this version: they are released together. */
function ranges(dependencies, version, ours) {
  return Object.fromEntries(Object.entries(dependencies).map(([name, range]) => [name, ours.includes(name) ? version : range]));
}
