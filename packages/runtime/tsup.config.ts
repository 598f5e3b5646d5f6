import { build } from "../../tsup.base.js";

// tsup would put an optional dependency into the build, where the native part of onnxruntime-node does not load.
export default build({ entry: ["src/index.ts", "src/web.ts"], external: ["onnxruntime-node"] });
