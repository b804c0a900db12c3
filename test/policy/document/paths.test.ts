import { describe, expect, it } from "@jest/globals";
import { gatesEverything } from "../../../src/policy/document/paths.js";
import { parsePolicy } from "../../../src/policy/file/parse.js";
import { policy } from "../make.js";

describe("paths", () => {
  it("are everything unless said otherwise", () => {
    expect(policy().paths).toEqual(["**"]);
    expect(
      [policy(), policy("paths: [docs, '**']"), policy("paths: [docs/**]")].map(gatesEverything),
    ).toEqual([true, true, false]);
  });

  it.each([
    ["[]", "paths"],
    ["['!docs/**']", "Nothing can be taken out"],
    ["[/clusters/**]", "No path begins so. Write it from the repository's root on: `clusters/**`."],
    ["[./clusters/**]", "No path begins so."],
    ["[clusters/]", "No file has such a path. Write `clusters/**` for all that is in it."],
    ["clusters/**", "paths"],
  ])("refuse %s", (paths, said) => {
    const parsed = parsePolicy(`version: 1\npaths: ${paths}\n`);
    if (parsed.ok) throw new Error("it was taken");
    const [problem, ...more] = parsed.problems;
    expect([problem?.line, more]).toEqual([2, []]);
    expect(`${problem?.message ?? ""} ${problem?.remedy ?? ""}`).toContain(said);
  });
});
