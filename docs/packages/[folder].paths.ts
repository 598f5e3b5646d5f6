import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readPackages, root } from "../.vitepress/repository.js";

/** A page for each package: its README. */
export default {
  paths: () =>
    readPackages().map(({ folder }) => ({
      params: { folder },
      content: readFileSync(join(root, "packages", folder, "README.md"), "utf8"),
    })),
};
