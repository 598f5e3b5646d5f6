import { expect, it } from "vitest";
import * as entry from "./index.js";

it("exports these names", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "checkOut",
      "cutShards",
      "localFile",
      "mergeScores",
      "mergeStatistics",
      "mergedPredictions",
      "missingShards",
      "openPlan",
      "openSource",
      "openStore",
      "openTask",
      "planAddress",
      "planStatus",
      "readMerged",
      "runShard",
      "startWorker",
      "withModel",
      "workPlan",
      "writePlan",
    ]
  `);
});
