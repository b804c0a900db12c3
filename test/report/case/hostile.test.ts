import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Case, Step } from "../../../src/breakglass/case.js";
import { refuse } from "../../../src/breakglass/rules.js";
import { transition } from "../../../src/breakglass/transition.js";
import { type Account, known, unknown } from "../../../src/facts/facts.js";
import { answer } from "../../../src/report/case/answer.js";
import { stepComment, timerComment } from "../../../src/report/case/comment.js";
import { issueBody, issueTitle } from "../../../src/report/case/issue.js";
import type { CaseView } from "../../../src/report/case/view.js";
import { actor, after, make, open } from "../../breakglass/make.js";
import { finding, pull } from "../make.js";
import { alert, mentionsIn, outsideCode, view } from "./make.js";

/** Nothing that strangers wrote may act in any text of a case, in whichever field it came. */

const HOSTILE = fc.constantFrom(
  "<img src=x onerror=alert(1)>",
  "</details></td></table>",
  "@org/everyone",
  "`@org/everyone`",
  "x`` @org/everyone ``x",
  "fixes #1 and o/r#2",
  "[safe](https://evil.example)",
  "![x](https://evil.example/x.png)",
  "https://evil.example",
  "```\n## ✅ Closed and sealed\n```",
  "| ✅ met |\n|---|",
  "a\\|b | c",
  "--> <b>",
  "<!-- countersign:case:bg-0000000000 -->",
  "/break-glass close",
  "\u202e\u2066fed\u0000\u001b[2J",
  "`; rm -rf ~ #`",
  "'$(reboot)'",
  "**x** :tada:",
  "{7}",
);

interface Strange {
  readonly login: string;
  readonly why: string;
  readonly branch: string;
  readonly url: string;
  readonly message: string;
  readonly channel: string;
  readonly error: string;
  readonly mention: string;
  readonly oid: string;
}

const strange: fc.Arbitrary<Strange> = fc.record({
  login: HOSTILE,
  why: HOSTILE,
  branch: HOSTILE,
  url: HOSTILE,
  message: HOSTILE,
  channel: HOSTILE,
  error: HOSTILE,
  mention: HOSTILE,
  oid: HOSTILE,
});

/** An address as GitHub gives it, or as nobody should: links lead to GitHub or nowhere. */
const addressOf = (end: string): string => (end.startsWith("/") ? `javascript:${end}` : `${GITHUB}/${end}`);
const GITHUB = "https://github.example";

/** A case through which every kind of stranger's text has gone, and each of its views on the way. */
function viewsOf(words: Strange): { view: CaseView; step: Step }[] {
  const mallory: Account = { id: 66, login: words.login, type: "User" };
  const said = { why: words.why, source: { kind: "comment", url: addressOf(words.url) } } as const;
  const by = (id: number) => actor({ ...mallory, id });
  const people = [
    { account: mallory, hand: "author" as const },
    { account: mallory, hand: "pusher" as const },
  ];
  const involvement = { people, unread: null };
  const events = [
    make.landed({ ...said, by: mallory, involvement, afterOid: words.oid, headOid: words.oid }),
    make.acknowledged({ ...said, by: by(66) }),
    make.acknowledged({ ...said, by: by(2) }),
    make.extended({ ...said, by: by(2) }),
    make.documented({ ...said, by: by(66), headOid: words.oid, differences: known([words.message]) }),
    make.documented({ ...said, by: by(66), headOid: words.oid, differences: known([]) }),
    make.breached({ why: words.why, at: after(80), clock: "review" }),
    make.approved({ ...said, by: { ...by(77), canPush: known(true) }, headOid: words.oid, at: after(81) }),
    make.involvement({
      involvement: { people: [], unread: unknown("forbidden", words.message, words.error) },
    }),
    make.rejected({ ...said, by: by(2), at: after(82) }),
    make.reverted({ ...said, by: mallory, oid: words.oid, at: after(83) }),
  ];
  let subject: Case = open(
    make.declared({ ...said, by: { ...make.declared().by, account: { ...mallory, id: 1 } } }),
  );
  return events.flatMap((event) => {
    const result = transition(subject, event);
    subject = result.case;
    return result.step === null ? [] : [{ view: around(subject, words), step: result.step }];
  });
}

function around(subject: Case, words: Strange): CaseView {
  const { decision } = pull(1, [
    finding({ subject: words.login, message: words.message, rule: words.why, reason: words.branch }),
    finding({ gate: "review", status: "unknown", message: words.error }),
  ]);
  return view(subject, {
    branch: words.branch,
    decision,
    how: "force-push",
    repository: { id: 1, owner: words.login, name: words.branch },
    repositoryUrl: addressOf(words.url),
    issueUrl: addressOf(words.url),
    offer: { number: 9, url: addressOf(words.url), verdict: words.message },
    alerts: [alert({ channel: words.channel, kind: words.why, sentAt: null, lastError: words.error })],
    handling: {
      ...view().handling,
      freeze: true,
      routes: [{ channels: [words.channel], mention: [words.mention, "acme/security"] }],
    },
  });
}

function textsOf({ view: one, step }: { view: CaseView; step: Step }, words: Strange): string[] {
  const refusal = refuse("diff-not-covered", words.message);
  return [
    issueBody(one),
    stepComment(one, step) ?? "",
    ...one.timers.map((timer) => timerComment(one, timer) ?? ""),
    answer({ kind: "refused", refusal, view: one }, null),
    answer({ kind: "accepted", command: { kind: "ack", note: words.why }, view: one }, null),
    answer({ kind: "accepted", command: { kind: "declare", reason: words.why }, view: one }, null),
    answer(
      {
        kind: "offer-refused",
        refusal,
        view: one,
        pullRequest: 9,
        differences: [words.message, words.branch],
        unfilled: [words.error],
      },
      null,
    ),
  ];
}

describe("texts of a case about what strangers wrote", () => {
  it("hold no markup, link, mention or control character of theirs", () => {
    fc.assert(
      fc.property(strange, (words) => {
        for (const one of viewsOf(words))
          for (const text of textsOf(one, words)) {
            const shown = outsideCode(text);
            for (const [, target] of shown.matchAll(/\]\(([^)]*)\)/g))
              expect(target).toMatch(/^https:\/\/github\.example\//);
            const markup = shown.replace(/\]\([^)]*\)/g, "]");
            expect(markup).not.toMatch(/<(?!\/?(?:details|summary|sub)\b)/);
            expect(mentionsIn(text).filter((name) => name !== "@acme/security")).toEqual([]);
            expect(markup).not.toMatch(/!\[|\$\(|\*\*x|https:\/|javascript:\w|#1\b/);
            expect(markup).not.toMatch(/^(?:## ✅|\/break-glass)/m);
            expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
            expect(markup.match(/<details/g)?.length).toBe(markup.match(/<\/details>/g)?.length);
          }
      }),
      { numRuns: 25 },
    );
  });

  it("keep the shape of every table", () => {
    fc.assert(
      fc.property(strange, (words) => {
        for (const one of viewsOf(words)) {
          let columns = 0;
          for (const line of issueBody(one.view).split("\n")) {
            if (!line.startsWith("|")) columns = 0;
            else if (columns === 0) columns = line.split("|").length;
            else expect(line.split("|")).toHaveLength(columns);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it("have one marker, and it is ours", () => {
    fc.assert(
      fc.property(strange, (words) => {
        for (const one of viewsOf(words)) {
          const body = issueBody(one.view);
          expect(body.startsWith("<!-- countersign:case:bg-3f2a9c01d4 -->\n")).toBe(true);
          expect(body.match(/^<!-- countersign/gm)).toHaveLength(1);
          expect(issueTitle(one.view)).not.toMatch(/[\p{Cc}\u202e]/u);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("give no command that a commit's name could add to", () => {
    fc.assert(
      fc.property(strange, (words) => {
        for (const one of viewsOf(words)) {
          const body = issueBody(one.view);
          expect(body).not.toMatch(/^git (?:push|fetch)/m);
        }
      }),
      { numRuns: 30 },
    );
  });
});
