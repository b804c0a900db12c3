import { describe, expect, it } from "@jest/globals";
import { isMet, tableOf, type Figure } from "../../bench/figure.js";

const figure = (changes: Partial<Figure>): Figure => ({
  group: "g",
  name: "verdicts",
  unit: "/s",
  ours: 70,
  peer: { name: "bare", value: 100 },
  goal: { kind: "at-least", ratio: 0.7 },
  ...changes,
});

describe("a figure", () => {
  it.each([
    ["reaches the ratio", figure({}), true],
    ["stays below the ratio", figure({ ours: 69 }), false],
    ["stays within the ratio", figure({ goal: { kind: "at-most", ratio: 0.7 } }), true],
    ["exceeds the ratio", figure({ ours: 71, goal: { kind: "at-most", ratio: 0.7 } }), false],
    ["has a ratio for goal, and no peer", figure({ peer: null }), false],
    [
      "is as low as it should be",
      figure({ ours: 0, peer: null, goal: { kind: "at-most-itself", value: 0 } }),
      true,
    ],
    [
      "is higher than it should be",
      figure({ ours: 1, peer: null, goal: { kind: "at-most-itself", value: 0 } }),
      false,
    ],
    ["has no goal", figure({ goal: null }), null],
  ])("that %s", (_what, given, met) => {
    expect(isMet(given)).toBe(met);
  });

  it("is one row, with nothing where there is nothing", () => {
    const rows = [
      figure({ ours: 69.25 }),
      figure({
        name: "reads",
        unit: "requests",
        ours: 1,
        peer: null,
        goal: { kind: "at-most-itself", value: 1 },
      }),
      figure({ name: "time", unit: "ms", ours: 1_234.5, peer: null, goal: null }),
    ];
    expect(tableOf(rows).split("\n")).toEqual([
      "what            ours    peer        ratio  goal",
      "verdicts     69.3 /s  100 /s  bare   0.69  ≥ 0.7         not met",
      "reads     1 requests                       ≤ 1 requests",
      "time        1,235 ms",
    ]);
  });
});
