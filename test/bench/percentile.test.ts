import { describe, expect, it } from "@jest/globals";
import { percentile } from "../../bench/percentile.js";

const HUNDRED = Array.from({ length: 100 }, (_one, index) => 100 - index);

describe("a percentile", () => {
  it.each([
    [[7], 50, 7],
    [[7], 99, 7],
    [[10, 9, 1], 50, 9],
    [[4, 3, 2, 1], 50, 2],
    [HUNDRED, 50, 50],
    [HUNDRED, 99, 99],
    [HUNDRED, 100, 100],
    [HUNDRED, 0, 1],
    [[1, 2, 3], 99, 3],
  ])("of %j at %d is %d", (values, percent, expected) => {
    expect(percentile(values, percent)).toBe(expected);
  });

  it("leaves the values in their order", () => {
    const values = [3, 1, 2];
    percentile(values, 50);
    expect(values).toEqual([3, 1, 2]);
  });

  it("of nothing is none", () => {
    expect(() => percentile([], 50)).toThrow("nothing");
  });
});
