import { expect, it } from "vitest";
import { exitCodeOf, exitCodes } from "./exit-codes.js";

it("exit codes tell wrong use, bad data, failures and Ctrl-C apart", () => {
  const codes = ["LTAD_CONFIG", "LTAD_BUNDLE", "LTAD_WRITE", "LTAD_FETCH", "LTAD_ABORTED"] as const;
  expect(codes.map((code) => exitCodeOf[code])).toEqual([2, 3, 3, 1, 130]);
  expect(Object.values(exitCodeOf)).not.toContain(exitCodes.defect); // a defect is no error
});
