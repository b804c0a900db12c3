import { describe, expect, it } from "@jest/globals";
import { known, unknown } from "../../../src/facts/facts.js";
import type { Decision, Finding } from "../../../src/policy/finding.js";
import type { Member } from "../../../src/policy/merge-group/attribute.js";
import {
  contentFinding,
  groupResultFindings,
  makerFindings,
  membershipFindings,
  unattributed,
} from "../../../src/policy/merge-group/findings.js";
import { groupLandedFinding } from "../../../src/policy/merge-group/landed.js";
import { memberDecision } from "../../../src/policy/merge-group/member-decision.js";
import type { QueueMethod } from "../../../src/policy/merge-group/queue.js";
import { waiting } from "../../../src/policy/rules/build.js";
import type { SignatureVerdict } from "../../../src/signatures/verdict.js";
import { brief, checkRun, commit, facts, HEAD, policy, verdict } from "../make.js";

const MADE = "c".repeat(40);
const member: Member = {
  number: 7,
  headOid: HEAD,
  below: "b".repeat(40),
  commits: [commit({ oid: MADE })],
};
const group = { baseRef: "main", headOid: MADE, baseOid: "b".repeat(40) };

describe("the maker of a group's commit", () => {
  const forge = verdict({ oid: MADE, identity: "forge" });
  const unsigned = verdict({
    oid: MADE,
    verdict: "unsigned",
    reason: "unsigned",
    signer: null,
    identity: null,
  });

  it.each<[string, QueueMethod, SignatureVerdict[], string[]]>([
    ["GitHub, that merges", "merge", [forge], ["pass made-by-queue"]],
    ["GitHub, that squashes", "squash", [forge], ["pass made-by-queue"]],
    ["GitHub, that rebases", "rebase", [unsigned], ["pass rebased-by-queue"]],
    ["a person", "merge", [verdict({ oid: MADE })], ["fail not-made-by-queue"]],
    ["a person, where it rebases", "rebase", [verdict({ oid: MADE })], ["fail not-made-by-queue"]],
    ["nobody", "merge", [unsigned], ["fail not-made-by-queue"]],
    [
      "GitHub's name with a bad signature",
      "merge",
      [{ ...forge, verdict: "bad" }],
      ["fail not-made-by-queue"],
    ],
    ["nobody that was looked at", "rebase", [], ["fail not-made-by-queue"]],
  ])("is %s", (_who, method, verdicts, expected) => {
    expect(brief(makerFindings(member, method, known(verdicts)))).toEqual(expected);
  });

  it("is not known where signatures are not", () => {
    const silent = unknown("forbidden", "No.", "Grant it.");
    expect(brief(makerFindings(member, "merge", silent))).toEqual(["unknown unknown-forbidden"]);
  });
});

describe("the content of a group's commit", () => {
  const cut = unknown("truncated", "Too many.", "None.");
  const gone = unknown("not-found", "Gone.", "None.");

  it.each<[string, Finding, string[]]>([
    ["nothing else", contentFinding(member, "merge", known([])), ["pass brings-its-pull-request"]],
    ["something else", contentFinding(member, "merge", known(["evil"])), ["fail brings-something-else"]],
    ["more files than are listed", contentFinding(member, "squash", cut), ["note files-not-compared"]],
    ["the same, unsigned", contentFinding(member, "rebase", cut), ["unknown unknown-truncated"]],
    ["nobody knows what", contentFinding(member, "merge", gone), ["unknown unknown-not-found"]],
  ])("is %s", (_what, finding, expected) => {
    expect(brief([finding])).toEqual(expected);
  });
});

describe("a member of a group", () => {
  const { pullRequest } = facts();

  it.each([
    ["as it was taken", {}, []],
    ["merged meanwhile", { state: "MERGED" as const }, []],
    ["closed", { state: "CLOSED" as const }, ["fail pull-request-closed"]],
    ["retargeted", { base: { ...pullRequest.base, ref: "dev" } }, ["fail pull-request-retargeted"]],
    ["pushed to", { head: { ...pullRequest.head, oid: "9".repeat(40) } }, ["fail pull-request-moved"]],
  ])("that is %s", (_what, change, expected) => {
    expect(brief(membershipFindings(group, member, { ...pullRequest, ...change }))).toEqual(expected);
  });
});

describe("results on a group", () => {
  const required = policy("results:\n  - { check: manifests, app: 77 }\n");
  const result = { name: "manifests", app: { id: 77, slug: "conftest" } };
  const frame = { url: facts().pullRequest.url, observedAt: facts().observedAt };
  const judge = (...results: ReturnType<typeof checkRun>[]) =>
    groupResultFindings(group, frame, known(results), required);

  it.each([
    ["are waited for until they begin", [], true],
    ["are waited for until they end", [checkRun({ ...result, status: "QUEUED", conclusion: null })], true],
    ["of another source do not count", [checkRun({ ...result, app: { id: 5, slug: "other" } })], true],
    ["that fail are not waited for", [checkRun({ ...result, conclusion: "FAILURE" })], false],
  ])("%s", (_what, results, waits) => {
    const [finding] = judge(...results);
    expect(finding).toMatchObject({ status: "fail", waiting: waits });
    expect(finding?.message).toMatch(/^On the merge group: /);
  });

  it("that passed pass, and where none are required none are asked for", () => {
    expect(judge(checkRun(result))).toMatchObject([{ status: "pass" }]);
    expect(groupResultFindings(group, frame, known([]), policy())).toEqual([]);
  });
});

describe("a verdict on a member", () => {
  const gate = (name: Decision["gates"][number]["gate"], findings: Finding[] = []) => ({
    gate: name,
    outcome: findings.length === 0 ? ("unknown" as const) : ("waiting" as const),
    findings,
  });
  const complaint = {
    subject: "x",
    reason: "y",
    message: "z",
    remedy: { text: "", commands: [], url: null },
  };

  it("waits for tools and not for people", () => {
    const gates = [
      gate("signatures"),
      gate("protection"),
      gate("policy", [waiting("required-result", complaint)]),
      gate("review", [waiting("independent-approval", complaint)]),
    ];
    const identity = { source: "built-in", path: null, digest: null, commitOid: null } as const;
    const decision = { outcome: "unknown", gates, policy: identity, controls: [], observedAt: "" } as const;
    const outcomes = memberDecision(decision, []).gates.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["unknown", "unknown", "waiting", "failed"]);
  });

  it("of a group that nobody answers for is unknown in every gate", () => {
    const reason = { code: "inconsistent", message: "Whose?", remedy: "Again." } as const;
    const { outcome, gates } = unattributed(reason, "2026-11-24T12:00:00Z");
    expect([outcome, ...gates.map((one) => one.outcome)]).toEqual(Array(5).fill("unknown"));
  });
});

describe("a change that landed by a group", () => {
  it.each([
    ["passed", "pass group-passed"],
    ["failed", "fail group-not-passed"],
    ["waiting", "fail group-not-passed"],
    ["not-controlled", "fail group-not-passed"],
    [null, "fail group-not-passed"],
  ])("whose last verdict was %p: %s", (outcome, expected) => {
    const verdictThen = outcome === null ? null : { headOid: MADE, outcome };
    expect(brief([groupLandedFinding("main", verdictThen)])).toEqual([expected]);
  });
});
