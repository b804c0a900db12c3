import { describe, expect, it } from "@jest/globals";
import { known, unknown } from "../../../src/facts/facts.js";
import {
  type Doubt,
  type Freeze,
  NO_EMERGENCIES,
  type ProtectionChangeSeen,
} from "../../../src/policy/emergencies.js";
import { evaluate } from "../../../src/policy/evaluate.js";
import { resolvePolicy } from "../../../src/policy/resolve.js";
import { emergencyFindings } from "../../../src/policy/rules/emergencies.js";
import { brief, controlFiles, eve, facts, merged, source, verdict } from "../make.js";

const freeze = (change: Partial<Freeze> = {}): Freeze => ({
  caseId: "bg-0123456789",
  issueUrl: "https://github.com/o/r/issues/7",
  clocks: ["document", "review"],
  branch: "main",
  ...change,
});
const change = (differing: Partial<ProtectionChangeSeen> = {}): ProtectionChangeSeen => ({
  at: "2026-11-20T11:59:00Z",
  action: "deleted",
  name: "production",
  by: eve,
  ...differing,
});
const frozen = { ...NO_EMERGENCIES, freezes: [freeze()] };
const verdicts = known([verdict()]);
const mergedFacts = merged("2026-11-20T12:00:00Z");

describe("a policy that may have come around its gates", () => {
  const doubts: Doubt[] = [
    { kind: "case", caseId: "bg-0123456789", issueUrl: "https://github.com/o/r/issues/7" },
  ];

  it("lets nothing pass, open or merged, and leads to the case", () => {
    for (const change of [facts(), mergedFacts]) {
      const [finding, ...rest] = emergencyFindings(change, { ...NO_EMERGENCIES, doubts });
      expect(rest).toEqual([]);
      expect(finding).toMatchObject({
        gate: "policy",
        rule: "policy-in-doubt",
        status: "fail",
        waiting: false,
        reason: "policy-around-gates",
        remedy: { url: "https://github.com/o/r/issues/7" },
      });
      expect(finding?.message).toContain("bg-0123456789");
    }
  });
});

describe("a policy that is not, or no more, the one in force", () => {
  const tip = "0123456789abcdef0123456789abcdef01234567";
  const doubted = (kind: "unaccounted" | "overtaken") => ({
    ...NO_EMERGENCIES,
    doubts: [{ kind, tip }],
  });

  it("waits where what brought it is not on record yet, and says where to look", () => {
    const [finding, ...rest] = emergencyFindings(facts(), doubted("unaccounted"));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      ...{ gate: "policy", rule: "policy-in-doubt", status: "fail", waiting: true },
      reason: "policy-unaccounted",
    });
    expect(finding?.message).toContain("main at 0123456789 ");
    expect(finding?.remedy?.text).toContain("countersign jobs");
  });

  it("is not known where GitHub shows the branch as it was before", () => {
    const [finding, ...rest] = emergencyFindings(facts(), doubted("overtaken"));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      ...{ gate: "policy", rule: "policy-in-doubt", status: "unknown", waiting: false },
      reason: "branch-overtaken",
    });
  });

  it("lets nothing pass", () => {
    const outcomes = (["unaccounted", "overtaken"] as const).map(
      (kind) => evaluate(facts(), source(), verdicts, [], doubted(kind))[2]?.outcome,
    );
    expect(outcomes).toEqual(["waiting", "unknown"]);
  });
});

describe("a frozen branch", () => {
  it("says nothing where no case freezes it", () => {
    expect(emergencyFindings(facts(), NO_EMERGENCIES)).toEqual([]);
  });

  it("fails, names each case with what is late, and leads to its issue", () => {
    const [first, second, ...rest] = emergencyFindings(facts(), {
      ...frozen,
      freezes: [freeze(), freeze({ caseId: "bg-aaaaaaaaaa", issueUrl: null, clocks: ["acknowledge"] })],
    });
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      gate: "policy",
      rule: "frozen-branch",
      status: "fail",
      waiting: false,
      subject: "main",
      reason: "branch-frozen",
      message:
        "The break-glass case bg-0123456789 is in breach (document, review) and freezes main until what it owes is done.",
      remedy: { commands: [], url: "https://github.com/o/r/issues/7" },
    });
    expect(first?.controls).toContain("NIST-800-53r5:CM-5");
    expect(second).toMatchObject({ remedy: { url: null } });
    expect(second?.message).toContain("bg-aaaaaaaaaa is in breach (acknowledge)");
  });

  it("fails the policy gate alone, and keeps all else that was found", () => {
    const free = evaluate(facts(), source(), verdicts, [], NO_EMERGENCIES);
    const gates = evaluate(facts(), source(), verdicts, [], frozen);
    expect(gates.map(({ outcome }) => outcome)).toEqual(["passed", "passed", "failed", "passed"]);
    expect(gates[2]?.findings.slice(0, -1)).toEqual(free[2]?.findings);
  });

  it.each([
    ["built-in", resolvePolicy(known(controlFiles()), null)],
    [
      "invalid",
      resolvePolicy(
        known(controlFiles({ policy: { path: "p", oid: "f".repeat(40), text: "version: 2" } })),
        null,
      ),
    ],
    ["unreadable", resolvePolicy(unknown("unavailable", "No answer.", "Try again."), null)],
  ])("stays frozen under a policy that is %s", (_kind, policy) => {
    const [, , gate] = evaluate(facts(), policy, verdicts, [], frozen);
    expect(gate?.outcome).toBe("failed");
    expect(brief(gate?.findings ?? [])).toContain("fail branch-frozen");
  });

  it("is held against a merged change as its caller hands it in", () => {
    expect(brief(emergencyFindings(mergedFacts, frozen))).toEqual(["fail branch-frozen"]);
  });
});

describe("protection that was changed around the merge", () => {
  const switched = {
    ...NO_EMERGENCIES,
    protectionChanges: [change(), change({ action: "created", at: "2026-11-20T12:01:00Z", by: null })],
  };

  it("fails it as well where audits saw it fall short meanwhile", () => {
    const weaknesses = [
      { after: "2026-11-20T11:58:00Z", until: "2026-11-20T12:02:00Z" },
      { after: null, until: null },
    ];
    const weak = { ...NO_EMERGENCIES, weaknesses };
    const gates = evaluate(mergedFacts, source(), verdicts, [], weak);
    expect(gates.map(({ outcome }) => outcome)).toEqual(["passed", "failed", "passed", "passed"]);
    expect(emergencyFindings(mergedFacts, weak)).toMatchObject([
      {
        rule: "protection-changed",
        reason: "weakened-around-merge",
        message: expect.stringContaining("after 2026-11-20T11:58:00Z until 2026-11-20T12:02:00Z"),
      },
      { message: expect.stringContaining("when it was first seen until now") },
    ]);
    expect(emergencyFindings(facts(), weak)).toEqual([]);
  });

  it("fails the protection gate of a merged change, and says who did what when", () => {
    const gates = evaluate(mergedFacts, source(), verdicts, [], switched);
    expect(gates.map(({ outcome }) => outcome)).toEqual(["passed", "failed", "passed", "passed"]);
    expect(emergencyFindings(mergedFacts, switched)).toMatchObject([
      {
        gate: "protection",
        rule: "protection-changed",
        status: "fail",
        subject: "production",
        reason: "changed-around-merge",
        message:
          "Protection was changed around the merge: production was deleted by eve at 2026-11-20T11:59:00Z. What it was at the merge is not certain.",
      },
      {
        message: expect.stringContaining("production was created by someone unknown at 2026-11-20T12:01:00Z"),
      },
    ]);
  });

  it("says nothing against an open one: protection as it is now has its own rules", () => {
    expect(emergencyFindings(facts(), switched)).toEqual([]);
  });
});
