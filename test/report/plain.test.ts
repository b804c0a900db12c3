import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { renderChecks } from "../../src/report/checks.js";
import { plainCheck, plainMarkdown } from "../../src/report/plain.js";
import { finding, pull } from "./make.js";

describe("plainCheck", () => {
  it("prints a check as GitHub shows it", () => {
    const [main] = renderChecks([pull(1, [finding({ message: "Signed by `x` & <y> @z." })])]);
    expect(plainCheck({ ...(main ?? { name: "", conclusion: null, title: "", summary: "" }), text: "" }))
      .toBe(`countersign: failure: 1 thing to mend

  ❌ 1 thing to mend

  Gate               Verdict   In short
  Signatures         ❌ failed  1111111111: Signed by \`x\` & <y> @z.
  Branch protection  ✅ passed  protection is fine.
  Policy results     ✅ passed  policy is fine.
  Review             ✅ passed  review is fine.

  Policy: .github/countersign.yml of the base branch, digest dddddddddddddddd.

  What to do

  1. Sign it.

  - ❌ 1111111111: Signed by \`x\` & <y> @z.

      git commit --amend -S`);
  });

  it("prints folds under their titles", () => {
    expect(
      plainMarkdown("<details open><summary>Review: 1 finding</summary>\n\n- ✅ `bob`: fine\n\n</details>"),
    ).toBe("Review: 1 finding\n\n- ✅ bob: fine");
  });

  it("prints links with their address, and those without a name of their own as it", () => {
    expect(plainMarkdown("Sign it. [Open](https://x.example/a)")).toBe("Sign it. https://x.example/a");
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
