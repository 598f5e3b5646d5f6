import { describe, expect, it } from "vitest";
import { withRelease } from "./changelog.mjs";

const change = (type: string, summary: string) => ({ summary, releases: [{ type }, { type: "patch" }] });

describe("withRelease", () => {
  it("puts the new version above the others, the most important changes first", () => {
    const text = "# Changelog\n\nWords.\n\n## 0.1.0\n\n- Old.\n";
    const changesets = [change("patch", "A fault.\n"), change("minor", "A command.\n\nIt prints."), change("patch", "Another fault.")];
    expect(withRelease(text, "0.2.0", changesets)).toBe(
      "# Changelog\n\nWords.\n\n## 0.2.0\n\n### New\n\n- A command.\n\n  It prints.\n\n### Fixed\n\n- A fault.\n- Another fault.\n\n## 0.1.0\n\n- Old.\n",
    );
  });

  it("begins a list where there is none", () => {
    expect(withRelease("# Changelog\n", "1.0.0", [change("major", "All.")])).toBe(
      "# Changelog\n\n## 1.0.0\n\n### Breaking changes\n\n- All.\n",
    );
  });
});
