import { expect, it } from "vitest";
import { csvRow } from "./csv-row.js";

it("quotes cells with commas, quotes or line ends, and leaves out what is missing", () => {
  expect(csvRow(["a", 1.5, true, null, undefined, 'b "c"', "d,e", "f\ng"])).toBe('a,1.5,true,,,"b ""c""","d,e","f\ng"\n');
});
