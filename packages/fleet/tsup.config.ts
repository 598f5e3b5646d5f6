import { build } from "../../tsup.base.js";

export default build({ entry: ["src/index.ts", "src/bullmq.ts", "src/child/main.ts"] });
