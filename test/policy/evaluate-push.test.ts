import { describe, expect, it } from "@jest/globals";
import { known, unknown } from "../../src/facts/facts.js";
import { decide } from "../../src/policy/decide.js";
import { evaluatePush, type PushFacts, type PushForm, pushInWords } from "../../src/policy/evaluate-push.js";
import { GATES } from "../../src/policy/finding.js";
import { resolvePolicy } from "../../src/policy/resolve.js";
import {
  BASE_OID,
  brief,
  checkRun,
  commit,
  controlFiles,
  HEAD,
  OBSERVED_AT,
  only,
  source,
  verdict,
} from "./make.js";

const RESULTS = "results: [{ check: conftest, app: 5 }]";

const push = (change: Partial<PushFacts> = {}): PushFacts => ({
  observedAt: OBSERVED_AT,
  repositoryUrl: "https://github.com/o/r",
  branch: "main",
  form: "push",
  before: BASE_OID,
  after: HEAD,
  landedAt: "2026-11-20T11:30:00Z",
  commits: known([commit()]),
  results: known([checkRun()]),
  scope: null,
  ...change,
});
const judge = (facts: PushFacts, from = source(RESULTS), verdicts = known([verdict()]), inDoubt = false) =>
  evaluatePush(facts, from, verdicts, [], inDoubt);
const findingsOf = (...given: Parameters<typeof judge>) =>
  judge(...given).flatMap(({ findings }) => findings);

describe("evaluatePush", () => {
  it("runs what can be run, and fails what a pull request would have shown", () => {
    const gates = judge(push());
    expect(gates.map(({ gate, outcome }) => [gate, outcome])).toEqual([
      ["signatures", "passed"],
      ["protection", "failed"],
      ["policy", "passed"],
      ["review", "failed"],
    ]);
    expect(gates.map(({ findings }) => brief(findings))).toEqual([
      ["pass signed-by-committer"],
      ["fail came-without-pull-request"],
      ["pass policy-read", "pass result-success"],
      ["fail never-reviewed"],
    ]);
  });

  it.each<[PushForm, string[]]>([
    ["compared", ["fail came-without-pull-request"]],
    ["force-push", ["fail came-without-pull-request", "fail history-rewritten"]],
    ["re-created", ["fail came-without-pull-request", "fail branch-deleted"]],
    ["deleted", ["fail came-without-pull-request", "fail branch-deleted"]],
  ])("says what a %s did to the branch", (form, protection) => {
    expect(brief(judge(push({ form }))[1]?.findings ?? [])).toEqual(protection);
  });

  it("never passes, whatever it is given", () => {
    for (const form of ["push", "compared", "force-push", "re-created", "deleted"] as const) {
      for (const from of [source(), source(RESULTS), resolvePolicy(known(controlFiles()), BASE_OID)]) {
        const facts = push({ form, after: form === "deleted" ? null : HEAD });
        expect(decide(judge(facts, from), from.identity, OBSERVED_AT).outcome).toBe("failed");
      }
    }
  });

  it("counts no result that came after it had landed", () => {
    const late = checkRun({ completedAt: "2026-11-20T11:45:00Z", startedAt: "2026-11-20T11:40:00Z" });
    const finding = only(findingsOf(push({ results: known([late]) })), "result-missing");
    expect(finding).toMatchObject({ status: "fail", gate: "policy" });
  });

  it("does not wait for a result that was running when it landed", () => {
    const running = checkRun({ completedAt: "2026-11-20T11:45:00Z" });
    expect(only(findingsOf(push({ results: known([running]) })), "result-running")).toMatchObject({
      status: "fail",
      waiting: false,
    });
  });

  it("shows commits and results that could not be read as unknown", () => {
    const unread = unknown("unavailable", "GitHub did not say.", "Wait.");
    expect(judge(push({ commits: unread }))[0]?.outcome).toBe("unknown");
    expect(judge(push({ results: unread }))[2]?.outcome).toBe("unknown");
  });

  it("tells each scanner that had no pull request to look at", () => {
    const scanners = source("codeScanning: [{ tool: CodeQL }, { tool: Trivy }]");
    const missing = findingsOf(push(), scanners).filter(({ reason }) => reason === "analysis-missing");
    expect(missing.map(({ subject }) => subject)).toEqual(["CodeQL", "Trivy"]);
  });

  it("has nothing to verify where the branch was deleted", () => {
    const gates = judge(push({ form: "deleted", after: null, commits: known([]), results: known([]) }));
    expect(brief(gates[0]?.findings ?? [])).toEqual(["fail no-commits"]);
  });

  it("gives no remedy that would rewrite what has landed", () => {
    const unsigned = known([
      verdict({ verdict: "unsigned", reason: "unsigned", signer: null, identity: null }),
    ]);
    const finding = only(findingsOf(push(), source(RESULTS), unsigned), "unsigned");
    expect(finding.remedy).toMatchObject({ commands: [], text: expect.stringContaining("has landed") });
  });

  it("fails every gate on a policy that cannot be used, and says how to mend it", () => {
    const policy = { path: ".github/countersign.yml", oid: "f".repeat(40), text: "version: 1\nreveiw: {}" };
    const from = resolvePolicy(known(controlFiles({ policy })), BASE_OID);
    const gates = judge(push(), from);
    expect(gates.map(({ gate }) => gate)).toEqual(GATES);
    for (const { outcome, findings } of gates) {
      expect(outcome).toBe("failed");
      expect(findings).toMatchObject([{ reason: "policy-invalid", location: { line: 2 } }]);
      expect(findings[0]?.remedy?.text).toContain("review");
    }
  });
});

describe("pushInWords", () => {
  it.each<[PushForm, string]>([
    ["push", "2222222222 was pushed to main"],
    ["compared", "main came to 2222222222"],
    ["force-push", "main was forced from bbbbbbbbbb to 2222222222"],
    ["re-created", "main was deleted and made anew at 2222222222"],
    ["deleted", "main was deleted at bbbbbbbbbb"],
  ])("%s", (form, words) => {
    expect(pushInWords(push({ form }))).toBe(words);
  });
});
