import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type ChangeFacts, known } from "../../src/facts/facts.js";
import { decide } from "../../src/policy/decide.js";
import { evaluate } from "../../src/policy/evaluate.js";
import { type RenderedCheck, renderChecks } from "../../src/report/checks.js";
import { plainCheck } from "../../src/report/plain.js";
import * as make from "../policy/make.js";

/** From facts that strangers filled in to the check runs: nothing they wrote may act, in whichever field it came. */

const HOSTILE = fc.constantFrom(
  "<img src=x onerror=alert(1)>",
  "</details></td></table>",
  "@org/everyone",
  "fixes #1 and o/r#2",
  "[safe](https://evil.example)",
  "![x](https://evil.example/x.png)",
  "https://evil.example",
  "```\n## ✅ All passed\n```",
  "| ✅ passed |\n|---|",
  "\u202e\u2066fed\u0000\u001b[2J",
  "`; rm -rf ~ #`",
  "$(reboot)",
  "**x** :tada:",
);

interface Strange {
  readonly login: string;
  readonly email: string;
  readonly check: string;
  readonly branch: string;
  readonly title: string;
  readonly name: string;
  readonly principal: string;
}

const strange: fc.Arbitrary<Strange> = fc.record({
  login: HOSTILE,
  email: HOSTILE,
  check: HOSTILE,
  branch: HOSTILE,
  title: HOSTILE,
  name: HOSTILE,
  principal: HOSTILE,
});

function checksOf(words: Strange, declares = false): RenderedCheck[] {
  const mallory = make.account(66, words.login);
  const given = make.facts({
    commits: known([
      make.commit({
        message: `x\n\nCo-authored-by: M <${words.email}>`,
        committer: make.identity(null, words.email),
      }),
    ]),
    reviews: known([
      make.review({ author: mallory, canPush: false }),
      make.review({ id: "2", author: { ...mallory, id: 67 }, state: "CHANGES_REQUESTED" }),
    ]),
    results: known([
      make.checkRun({ app: { id: 1, slug: words.name } }),
      make.checkRun({ conclusion: "FAILURE", url: `javascript:${words.name}` }),
    ]),
    protection: known(
      make.protection({
        branch: words.branch,
        rulesets: [
          make.ruleset({
            name: words.name,
            signaturesRequired: false,
            bypass: known([{ kind: "team", id: 7, name: words.login, mode: "always" }]),
          }),
        ],
      }),
    ),
  });
  const facts: ChangeFacts = {
    ...given,
    pullRequest: { ...given.pullRequest, base: { ...given.pullRequest.base, ref: words.branch } },
  };
  const signer = {
    fingerprint: words.principal,
    principal: `${words.principal}@x`,
    source: "keyring",
    account: null,
  } as const;
  const verdicts = known([make.verdict({ identity: "other", signer })]);
  const source = make.source("results: [{ check: conftest, app: 5 }]");
  const decision = decide(
    evaluate(facts, source, verdicts, [{ path: words.name, line: 2, message: words.check }], {
      freezes: [
        {
          caseId: words.name,
          issueUrl: "https://github.com/o/r/issues/7",
          clocks: ["review"],
          branch: words.branch,
        },
      ],
      doubts: [],
      weaknesses: [],
      protectionChanges: [
        { at: words.name, action: "edited", name: words.name, by: make.account(9, words.login) },
      ],
    }),
    source.identity,
    facts.observedAt,
  );
  const declared = declares
    ? {
        by: words.login,
        until: "2026-11-24T18:00:00Z",
        caseId: words.name,
        issueUrl: "https://github.com/o/r/issues/7",
      }
    : null;
  const pull = { number: 1, title: words.title, baseRef: words.branch };
  return renderChecks([
    { pull, decision, declared },
    { pull: { ...pull, number: 2 }, decision, declared },
  ]);
}

/** What GitHub would take as markup: everything outside fenced and inline code. */
const outsideCode = (markdown: string): string =>
  markdown.replace(/^(`{3,})sh\n[^]*?\n\1$/gm, "").replace(/(`+)(.*?[^`])\1(?!`)/g, "");

describe("check runs about what strangers wrote", () => {
  it("hold no markup, link, mention or control character of theirs", () => {
    fc.assert(
      fc.property(strange, fc.boolean(), (words, declares) => {
        for (const { title, summary, text, annotations } of checksOf(words, declares)) {
          const markup = outsideCode(`${summary}\n\n${text}`);
          expect(markup).not.toMatch(/<(?!\/?(?:details|summary|sub)\b)|@(?!&#8203;)\w|!\[|\$\(|\*\*x/);
          expect(markup.match(/\]\([^)]*\)/g) ?? []).toEqual(
            expect.not.arrayContaining([expect.stringContaining("evil")]),
          );
          expect(markup).not.toMatch(/^## ✅/m);
          expect(markup).not.toContain("https://evil");
          const all = [title, summary, text, ...annotations.flatMap((one) => [one.title, one.message])].join(
            "",
          );
          expect(all.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
          expect(markup.match(/<details/g)?.length).toBe(markup.match(/<\/details>/g)?.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("keep the table's shape: three columns, a line a gate", () => {
    fc.assert(
      fc.property(strange, fc.boolean(), (words, declares) => {
        const summary = checksOf(words, declares)[0]?.summary ?? "";
        const rows = summary.split("\n").filter((line) => line.startsWith("|"));
        expect(rows).toHaveLength(2 + 2 + 2 + 4);
        for (const row of rows) expect(row.split("|")).toHaveLength(5);
      }),
      { numRuns: 60 },
    );
  });

  it("print on a terminal without acting on it", () => {
    fc.assert(
      fc.property(strange, fc.boolean(), (words, declares) => {
        for (const check of checksOf(words, declares))
          expect(plainCheck(check).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
      }),
      { numRuns: 30 },
    );
  });
});
