import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { renderChecks } from "../../src/report/checks.js";
import { plainCheck, plainMarkdown } from "../../src/report/plain.js";
import { finding, pull } from "./make.js";

describe("plainCheck", () => {
  it("prints a check as GitHub shows it", () => {
    const [main] = renderChecks([pull(1, [finding({ message: "Signed by `x` & <y> @z." })])]);
    expect(plainCheck({ ...(main ?? { name: "", conclusion: null, title: "", summary: "" }), text: "" }))
      .toBe(`countersign: failure: Failed: 1 commit unsigned

  ❌ Failed: 1 commit unsigned

  Gate               Verdict   In short
  Signatures         ❌ failed  1111111111: Signed by x & <y> @z.
  Branch protection  ✅ passed  protection is fine.
  Policy results     ✅ passed  policy is fine.
  Review             ✅ passed  review is fine.

  What to do

  1. 1 commit unsigned

  Sign it.

      git commit --amend -S

  - 1111111111: Signed by x & <y> @z.

  Policy: .github/countersign.yml of the base branch, digest dddddddddddddddd.`);
  });

  it("prints folds under their titles", () => {
    expect(
      plainMarkdown("<details open><summary>Review: 1 finding</summary>\n\n- ✅ `bob`: fine\n\n</details>"),
    ).toBe("Review: 1 finding\n\n- ✅ bob: fine");
  });

  it("prints links with their address, and those that are code without", () => {
    expect(plainMarkdown("[`1111111111`](https://x.example/a): unsigned")).toBe("1111111111: unsigned");
    expect(plainMarkdown("[Open the result of a&#95;b](https://x.example/a)")).toBe(
      "Open the result of a_b (https://x.example/a)",
    );
    expect(plainMarkdown("Case [bg-1](https://x.example/7).")).toBe("Case bg-1 (https://x.example/7).");
  });

  it("says of a check that has not ended that it is in progress", () => {
    expect(plainCheck({ name: "countersign", conclusion: null, title: "t", summary: "", text: "" })).toBe(
      "countersign: in progress: t",
    );
  });

  it("never prints what a terminal would act on", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat({ max: 0x1fffff }), (text, codePoint) => {
        const printed = plainMarkdown(`${text}&#${codePoint};\n\`\`\`sh\n${text}\n\`\`\``);
        expect(printed.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
    );
  });
});
