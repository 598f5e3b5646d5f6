import { build } from "../../tsup.base.js";

export default build({ entry: ["src/main.ts"], dts: false });
