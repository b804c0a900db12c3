import { describe, expect, it } from "@jest/globals";
import {
  type CheckRunFact,
  type CodeScanningAlert,
  type CodeScanningFact,
  known,
  type ResultFact,
  type StatusFact,
  unknown,
} from "../../../src/facts/facts.js";
import { codeScanningFindings } from "../../../src/policy/rules/code-scanning.js";
import { resultFindings } from "../../../src/policy/rules/results.js";
import { account, brief, checkRun, commitStatus, facts, merged, only, policy } from "../make.js";

const unread = unknown("unavailable", "GitHub did not answer.", "Try again.");
const CHECK = "results: [{ check: conftest, app: 5 }]";
const STATUS = "results: [{ status: ci/plan, creator: 6 }]";

const judge = (results: readonly ResultFact[], yaml = CHECK): string[] =>
  brief(resultFindings(facts({ results: known(results) }), policy(yaml)));

describe("the results a policy requires", () => {
  it.each<[string, Partial<CheckRunFact>, string]>([
    ["success", {}, "pass result-success"],
    ["failure", { conclusion: "FAILURE" }, "fail result-failed"],
    ["neutral", { conclusion: "NEUTRAL" }, "fail result-neutral"],
    ["skipped", { conclusion: "SKIPPED" }, "fail result-skipped"],
    ["cancelled", { conclusion: "CANCELLED" }, "fail result-cancelled"],
    ["timed out", { conclusion: "TIMED_OUT" }, "fail result-timed-out"],
    ["action required", { conclusion: "ACTION_REQUIRED" }, "fail result-action-required"],
    ["startup failure", { conclusion: "STARTUP_FAILURE" }, "fail result-not-started"],
    ["stale", { conclusion: "STALE" }, "fail result-stale"],
    ["no conclusion", { conclusion: null }, "fail result-failed"],
    ["a conclusion of the future", { conclusion: "SPLENDID" }, "fail result-failed"],
    ["queued", { status: "QUEUED", conclusion: null }, "waiting result-running"],
    ["in progress", { status: "IN_PROGRESS", conclusion: null }, "waiting result-running"],
    ["in progress, with an old conclusion", { status: "IN_PROGRESS" }, "waiting result-running"],
    ["another app's", { app: { id: 6, slug: "other" } }, "fail result-missing"],
    ["no app's", { app: null }, "fail result-missing"],
    ["another name's", { name: "conftest2" }, "fail result-missing"],
  ])("a check run that is %s", (_what, change, expected) => {
    expect(judge([checkRun(change)])[0]).toBe(expected);
  });

  it.each<[string, Partial<StatusFact>, string]>([
    ["success", {}, "pass result-success"],
    ["failure", { state: "FAILURE" }, "fail result-failed"],
    ["error", { state: "ERROR" }, "fail result-errored"],
    ["pending", { state: "PENDING" }, "waiting result-running"],
    ["expected", { state: "EXPECTED" }, "waiting result-running"],
    ["a state of the future", { state: "SPLENDID" }, "fail result-failed"],
    ["another account's", { creator: account(7, "mallory") }, "fail result-missing"],
    ["nobody's", { creator: null }, "fail result-missing"],
  ])("a commit status that is %s", (_what, change, expected) => {
    expect(judge([commitStatus(change)], STATUS)[0]).toBe(expected);
  });

  it("takes a status for no check run, nor a check run for a status", () => {
    expect(judge([commitStatus({ name: "conftest", creator: account(5, "x") })])[0]).toBe(
      "fail result-missing",
    );
    expect(judge([checkRun({ name: "ci/plan", app: { id: 6, slug: "x" } })], STATUS)[0]).toBe(
      "fail result-missing",
    );
  });

  it("reports an impostor and counts only the right source", () => {
    const impostor = checkRun({ app: { id: 6, slug: "impostor" } });
    expect(judge([impostor])).toEqual(["fail result-missing", "note impostor-result"]);
    expect(judge([impostor, checkRun({ conclusion: "FAILURE" })])).toEqual([
      "fail result-failed",
      "note impostor-result",
    ]);
    expect(judge([{ ...impostor, conclusion: "FAILURE" }, checkRun()])).toEqual([
      "pass result-success",
      "note impostor-result",
    ]);
  });

  it("needs all results of the right source to pass", () => {
    expect(judge([checkRun(), checkRun({ id: 78, conclusion: "FAILURE" })])).toEqual([
      "pass result-success",
      "fail result-failed",
    ]);
  });

  it("takes as passing what the policy lists, and only that", () => {
    const yaml = "results: [{ check: conftest, app: 5, pass: [neutral, skipped] }]";
    expect(judge([checkRun({ conclusion: "NEUTRAL" })], yaml)).toEqual(["pass result-neutral"]);
    expect(judge([checkRun({ conclusion: "SKIPPED" })], yaml)).toEqual(["pass result-skipped"]);
    expect(judge([checkRun()], yaml)).toEqual(["fail result-success-refused"]);
  });

  it.each<[string | null, string]>([
    ["2026-11-20T11:00:00Z", "pass result-success"],
    ["2026-11-20T10:59:59Z", "fail result-stale"],
    ["2026-11-20T12:00:05Z", "pass result-success"],
    [null, "fail result-stale"],
    ["yesterday", "fail result-stale"],
  ])("with an age limit of an hour, takes one of %s: %s", (completedAt, expected) => {
    expect(judge([checkRun({ completedAt })], "results: [{ check: conftest, app: 5, maxAge: 60m }]")).toEqual(
      [expected],
    );
  });

  it("takes a merged change's results at their age when it was merged", () => {
    const then = merged("2026-11-20T11:20:00Z", {
      results: known([checkRun()]),
      observedAt: "2026-11-27T12:00:00Z",
    });
    expect(brief(resultFindings(then, policy("results: [{ check: conftest, app: 5, maxAge: 1h }]")))).toEqual(
      ["pass result-success"],
    );
  });

  it("is unknown where results could not be read, and openly waived where none are required", () => {
    expect(brief(resultFindings(facts({ results: unread }), policy(CHECK)))).toEqual([
      "unknown unknown-unavailable",
    ]);
    expect(brief(resultFindings(facts({ results: unread }), policy()))).toEqual([
      "waived no-results-required",
    ]);
  });

  it("says which source is missing, and for which commit", () => {
    const finding = only(resultFindings(facts(), policy(CHECK)), "result-missing");
    expect(finding.message).toBe("No conftest from the app 5 for the head commit 2222222222.");
  });
});

describe("the code scanners a policy requires", () => {
  const analysis = {
    tool: "CodeQL",
    commitOid: "2".repeat(40),
    createdAt: "2026-11-20T11:00:00Z",
    error: "",
  };
  const alert = (change: Partial<CodeScanningAlert> = {}): CodeScanningAlert => ({
    number: 3,
    tool: "CodeQL",
    rule: "js/sql-injection",
    description: "SQL injection",
    severity: "high",
    path: "src/db.ts",
    line: 14,
    url: "https://github.com/o/r/security/code-scanning/3",
    ...change,
  });
  const scan = (change: Partial<CodeScanningFact>, yaml = "codeScanning: [{ tool: CodeQL }]"): string[] =>
    brief(
      codeScanningFindings(
        facts({ codeScanning: known({ analyses: [analysis], openAlerts: [], ...change }) }),
        policy(yaml),
      ),
    );

  it.each<[string, Partial<CodeScanningFact>, string[]]>([
    ["nothing found", {}, ["pass no-severe-alerts"]],
    ["no analysis", { analyses: [] }, ["fail analysis-missing"]],
    ["another tool's analysis", { analyses: [{ ...analysis, tool: "Other" }] }, ["fail analysis-missing"]],
    [
      "an errored analysis",
      { analyses: [{ ...analysis, error: "out of memory" }] },
      ["fail analysis-errored"],
    ],
    [
      "an errored beside a good analysis",
      { analyses: [analysis, { ...analysis, error: "no" }] },
      ["fail analysis-errored"],
    ],
    ["a severe alert", { openAlerts: [alert()] }, ["fail alert-open"]],
    [
      "two severe alerts",
      { openAlerts: [alert(), alert({ number: 4, severity: "critical" })] },
      ["fail alert-open", "fail alert-open"],
    ],
    ["a mild alert", { openAlerts: [alert({ severity: "medium" })] }, ["pass no-severe-alerts"]],
    ["a severe alert of another tool", { openAlerts: [alert({ tool: "Other" })] }, ["pass no-severe-alerts"]],
  ])("with %s", (_what, change, expected) => {
    expect(scan(change)).toEqual(expected);
  });

  it.each<[string, readonly CodeScanningAlert["severity"][]]>([
    ["critical", ["critical"]],
    ["high", ["critical", "high", "error"]],
    ["medium", ["critical", "high", "error", "medium", "warning"]],
    ["low", ["critical", "high", "error", "medium", "warning", "low", "note"]],
    ["any", ["critical", "high", "error", "medium", "warning", "low", "note", "none"]],
  ])("fails from %s upwards", (failOn, failing) => {
    const severities = ["critical", "high", "error", "medium", "warning", "low", "note", "none"] as const;
    const found = severities.filter((severity) =>
      scan(
        { openAlerts: [alert({ severity })] },
        `codeScanning: [{ tool: CodeQL, failOn: ${failOn} }]`,
      ).includes("fail alert-open"),
    );
    expect(found).toEqual(failing);
  });

  it("points at the line of an alert", () => {
    const [finding] = codeScanningFindings(
      facts({ codeScanning: known({ analyses: [analysis], openAlerts: [alert()] }) }),
      policy("codeScanning: [{ tool: CodeQL }]"),
    );
    expect(finding?.location).toEqual({ path: "src/db.ts", line: 14 });
  });

  it("is unknown where it was not or could not be read, and silent where not asked for", () => {
    const yaml = "codeScanning: [{ tool: CodeQL }]";
    expect(brief(codeScanningFindings(facts(), policy(yaml)))).toEqual(["unknown unknown-inconsistent"]);
    expect(brief(codeScanningFindings(facts({ codeScanning: unread }), policy(yaml)))).toEqual([
      "unknown unknown-unavailable",
    ]);
    expect(codeScanningFindings(facts({ codeScanning: unread }), policy())).toEqual([]);
  });
});
