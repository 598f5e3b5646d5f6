import { build } from "../../tsup.base.js";

export default build({ entry: ["src/index.ts", "src/cli.ts", "src/main.ts"], splitting: true });
