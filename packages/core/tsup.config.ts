import { build } from "../../tsup.base.js";

export default build({ entry: ["src/index.ts", "src/browser.ts", "src/check.ts", "src/format.ts", "src/testing.ts"] });
