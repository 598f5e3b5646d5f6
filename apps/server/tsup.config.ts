import { build } from "../../tsup.base.js";

export default build({ entry: ["src/main.ts", "src/worker.ts"], dts: false, splitting: true });
