import { expect, it } from "vitest";
import * as entry from "./index.js";

it("exports these names", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "checkMaps",
      "compareScores",
      "evaluate",
      "falseAlarms",
      "leftOutImages",
      "measureSet",
      "ownOf",
      "promiseOf",
      "readMaps",
      "readScores",
      "statedRates",
      "trainImagesFile",
      "turnedAround",
      "writeMeasures",
      "writeScores",
    ]
  `);
});
