import { afterEach, expect, it, vi } from "vitest";
import { report } from "./report.js";

afterEach(() => void vi.restoreAllMocks());

function printed(...args: Parameters<typeof report>): string[] {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  report(...args);
  return log.mock.calls.flatMap(([line]) => String(line).split("\n"));
}

it("prints targets next to what was measured, and leaves out what was not", () => {
  const lines = printed(
    "some",
    { ratio: 0.846, step_ms: 812.4, extra: 1 },
    { atLeast: { ratio: 1, absent: 2 }, atMost: { step_ms: 1000 } },
  );
  expect(lines.slice(1)).toEqual([
    "target     measured              wanted",
    "ratio         0.846          at least 1  MISSED",
    "step_ms         812        at most 1000  met",
    '{"name":"some","figures":{"ratio":0.846,"step_ms":812.4,"extra":1},"targets":{"ratio":1,"step_ms":1000},"met":{"ratio":false,"step_ms":true}}',
  ]);
});

it("prints the line alone without targets", () => {
  expect(printed("some", { n: 3 })).toEqual(['{"name":"some","figures":{"n":3},"targets":{},"met":{}}']);
});
