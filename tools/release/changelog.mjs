/**
 * The change log with a section for a new version at its top.
 * @param {string} text of CHANGELOG.md so far
 * @param {string} version
 * @param {readonly { summary: string, releases: readonly { type: string }[] }[]} changesets as `changeset status --output` lists them
 */
export function withRelease(text, version, changesets) {
  const section = [`## ${version}`, ...groups(changesets)].join("\n\n");
  const place = text.search(/^## /m);
  return place < 0 ? `${text.trimEnd()}\n\n${section}\n` : `${text.slice(0, place)}${section}\n\n${text.slice(place)}`;
}

const headings = { major: "Breaking changes", minor: "New", patch: "Fixed" };

function groups(changesets) {
  const typeOf = ({ releases }) => Object.keys(headings).find((type) => releases.some((release) => release.type === type));
  return Object.entries(headings).flatMap(([type, heading]) => {
    const own = changesets.filter((changeset) => typeOf(changeset) === type);
    return own.length > 0 ? [`### ${heading}`, own.map(({ summary }) => item(summary)).join("\n")] : [];
  });
}

/** Further lines of a summary belong to the same item. */
function item(summary) {
  return `- ${summary.trim().split("\n").join("\n  ").replaceAll(/^ +$/gm, "")}`;
}
