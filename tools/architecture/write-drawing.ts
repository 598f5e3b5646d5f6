import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { arrows } from "./arrows.js";
import { drawing } from "./drawing.js";
import { root } from "./workspace.js";

writeFileSync(join(root, "docs/images/architecture.svg"), drawing(arrows));
