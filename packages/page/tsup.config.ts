import { build } from "../../tsup.base.js";
import { writePage } from "./src/build-page.js";

export default build({
  entry: ["src/index.ts"],
  onSuccess: () => writePage(["src/app/main.tsx", "src/worker/worker.ts"], "dist/page"),
});
