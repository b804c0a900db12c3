import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { RULES } from "../../../src/policy/controls.js";
import { placeInDocs, ruleAndReason } from "../../../src/report/check/docs.js";
import { renderChecks } from "../../../src/report/checks.js";
import { REASONS } from "../../../src/signatures/reasons.js";
import { finding, pull } from "../make.js";

const page = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");
const pages = { "policy.md": page("policy.md"), "signatures.md": page("signatures.md") };
/** What a page says from an anchor on, up to its next heading; `null`: there is no such anchor, or more than one. */
function from(place: string): string | null {
  const [name = "", anchor = ""] = place.split("#");
  const text = Object.entries(pages).find(([one]) => one === name)?.[1] ?? "";
  const headed = text.replace(/^#+ (.*)$/gm, (line, words: string) => {
    return `<a id="${words.toLowerCase().replaceAll(" ", "-")}"></a>${line}`;
  });
  const parts = headed.split(`<a id="${anchor}"></a>`);
  return parts.length === 2 ? (parts[1] ?? null) : null;
}
const DOCS = "https://github.com/acme/countersign/blob/main/docs";

describe("what a finding links to in the documentation", () => {
  it.each(Object.keys(RULES))("is there for every rule: %s", (rule) => {
    const place = placeInDocs({ rule: rule, reason: "anything" });
    expect(from(place)?.slice(0, 400)).toContain(`\`${rule}\``);
  });

  it.each(Object.keys(REASONS))("is there for every verdict on a signature: %s", (reason) => {
    expect(from(placeInDocs({ rule: "commit-signature", reason }))).toContain(`\`${reason}\``);
  });

  it("is the page on signatures only for what a signature was found to be", () => {
    expect(placeInDocs({ rule: "commit-signature", reason: "weak-digest" })).toBe("signatures.md#reasons");
    for (const reason of ["forge-key", "unsigned", "unknown-forbidden", "toString"])
      expect(placeInDocs({ rule: "commit-signature", reason })).toBe("policy.md#rule-commit-signature");
  });
});

describe("the details of a check", () => {
  const decisions = [pull(1, [finding({ rule: "commit-signature", reason: "unsigned" })])];
  const texts = (docsUrl: string | null) => renderChecks(decisions, docsUrl).map(({ text }) => text);

  it("link each reason, where the documentation can be read", () => {
    const link = `[\`commit-signature/unsigned\`](${DOCS}/policy.md#rule-commit-signature)`;
    const [main, ...gates] = texts(DOCS);
    expect(main).toContain(link);
    expect(gates.filter((text) => text.includes(link))).toHaveLength(1);
  });

  it("name it, where that is not known", () => {
    expect(texts(null)[0]).toContain("| `commit-signature/unsigned` |");
    expect(texts(null).join()).not.toContain("policy.md#");
    expect(renderChecks(decisions)).toEqual(renderChecks(decisions, null));
    expect(ruleAndReason({ rule: "waiver", reason: "waiver-expired" }, null)).toBe("`waiver/waiver-expired`");
  });
});
