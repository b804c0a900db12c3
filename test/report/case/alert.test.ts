import { describe, expect, it } from "@jest/globals";
import { alertFor, type Occasion, routeFor } from "../../../src/report/case/alert.js";
import { declaredBlock, declaredTitle, freezeMessage } from "../../../src/report/case/declared.js";
import type { CaseView, TimerView } from "../../../src/report/case/view.js";
import { account, CASES, drive, make, OID, open, START } from "../../breakglass/make.js";
import { ISSUE_URL, mentionsIn, outsideCode, timersOf, view } from "./make.js";

const timer = (kind: string, level = 0): TimerView => {
  const found = timersOf(CASES.landed()).find((one) => one.kind === kind && one.level === level);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
};

const at = START;
const sanctioned = () => drive(open(make.declared()), make.landed());

describe("an alert", () => {
  it("says what landed, where, by whom, and what is owed by when", () => {
    const alert = alertFor(view(), { kind: "opened", at });
    expect(alert).toMatchObject({
      kind: "opened",
      title: "Break-glass bg-3f2a9c01d4: direct push to main",
      url: ISSUE_URL,
      caseId: "bg-3f2a9c01d4",
      at,
      mentions: ["acme/security", "carol"],
    });
    expect(alert.facts).toEqual([
      ["Repository", "acme/shop"],
      ["Branch", "main"],
      ["Commit", OID.landed],
      ["Landed by", "dev"],
      ["Landed at", "2026-03-03 02:00 UTC"],
      ["Acknowledgement due", "2026-03-03 03:00 UTC"],
      ["Documentation due", "2026-03-04 02:00 UTC"],
      ["Independent review due", "2026-03-06 02:00 UTC"],
    ]);
    expect(alert.lines.at(-1)).toMatch(/^Next: .*\/break-glass ack$/);
  });

  it.each<[string, CaseView, Occasion, string]>([
    ["an unsanctioned landing", view(), { kind: "opened", at }, "critical"],
    ["a declaration", view(CASES.declared()), { kind: "opened", at }, "warning"],
    ["a sanctioned landing", view(sanctioned()), { kind: "opened", at }, "warning"],
    ["a reminder", view(), { kind: "reminder", timer: timer("reminder", 50) }, "warning"],
    ["a breach", view(), { kind: "breach", timer: timer("breach") }, "critical"],
    ["an escalation", view(), { kind: "escalation", timer: timer("escalation", 2) }, "critical"],
    ["a rejection", view(CASES.rejected()), { kind: "rejected", at }, "warning"],
    ["a closing", view(CASES.closed()), { kind: "closed", at }, "info"],
    ["a withdrawal", view(CASES.withdrawn()), { kind: "withdrawn", at }, "info"],
    ["a spent budget", view(), { kind: "budget", at, changes: 40, bypasses: 9 }, "warning"],
  ])("is as loud as %s", (_name, from, occasion, severity) => {
    const alert = alertFor(from, occasion);
    expect(alert.severity).toBe(severity);
    expect(alert.kind).toBe(occasion.kind);
    expect(alert.at).toBe("timer" in occasion ? occasion.timer.at : at);
  });

  it("owes nothing any more once the case is at its end", () => {
    const alert = alertFor(view(CASES.closed()), { kind: "closed", at });
    expect(alert.facts.map(([label]) => label)).not.toContainEqual(expect.stringContaining("due"));
    expect(alert.lines.join(" ")).not.toContain("Next:");
  });

  it("says of a budget how much of it is spent", () => {
    const { lines } = alertFor(view(), { kind: "budget", at, changes: 40, bypasses: 9 });
    expect(lines).toEqual([
      "9 of 40 changes in 30 days went around the gates.",
      "The policy's budget is 10%.",
    ]);
  });

  it("is one line of plain text a field, whatever strangers wrote", () => {
    const mallory = account(1, "mal\nlory\u202e\u0000");
    const subject = open(
      make.declared({ why: "down\r\nBcc: all@x \u001b[2J", by: { ...make.declared().by, account: mallory } }),
    );
    const { title, lines, facts } = alertFor(view(subject, { branch: "a\nb\u2066" }), { kind: "opened", at });
    for (const text of [title, ...lines, ...facts.flat()])
      expect(text).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    expect(title.length).toBeLessThanOrEqual(255);
  });
});

describe("the route of an alert", () => {
  const { handling } = view();
  it.each([
    ["opened", 0, 0],
    ["reminder", 80, 0],
    ["rejected", 0, 0],
    ["budget", 0, 0],
    ["breach", 0, 1],
    ["escalation", 1, 2],
    ["escalation", 9, 2],
  ] as const)("of %s at %d is number %d", (kind, level, index) => {
    expect(routeFor(handling, kind, level)).toBe(handling.routes[index]);
  });

  it("is the last one there is, or none", () => {
    const one = handling.routes.slice(0, 1);
    expect(routeFor({ ...handling, routes: one }, "escalation", 3)).toBe(one[0]);
    expect(routeFor({ ...handling, routes: [] }, "opened")).toBeNull();
  });
});

describe("a declaration on a check run", () => {
  const declared = { by: "alice", until: "2026-11-24T18:00:59.000Z", caseId: "bg-1", issueUrl: ISSUE_URL };

  it("says by whom, until when and what is owed", () => {
    expect(declaredTitle(declared)).toBe("Break-glass by alice until 2026-11-24 18:00 UTC: review owed");
    const block = declaredBlock(declared);
    expect(block).toContain("until **2026-11-24 18:00 UTC**");
    expect(block).toContain(`[bg-1](${ISSUE_URL})`);
    expect(declaredBlock({ ...declared, issueUrl: null })).toContain("Case bg-1 ");
  });

  it("shows a hostile login as text", () => {
    const hostile = { ...declared, by: `@org/all\n<b>\u202e${"x".repeat(900)}` };
    expect(declaredTitle(hostile)).not.toMatch(/[\n\u202e]/);
    expect(Buffer.byteLength(declaredTitle(hostile))).toBeLessThanOrEqual(255);
    expect(mentionsIn(declaredBlock(hostile))).toEqual([]);
    expect(outsideCode(declaredBlock(hostile))).not.toContain("<b>");
  });
});

describe("a freeze", () => {
  it("names the case, what was missed and the branch", () => {
    expect(freezeMessage({ caseId: "bg-1", clocks: ["review", "revert"], branch: "main" })).toBe(
      "Break-glass case bg-1 has missed its deadline for independent review and revert, so nothing passes on main until that is done.",
    );
  });
});
