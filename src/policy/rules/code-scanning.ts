import type { ChangeFacts, CodeScanningAlert, CodeScanningFact } from "../../facts/facts.js";
import type { Policy, RequiredScanner } from "../document.js";
import type { Finding } from "../finding.js";
import { advice, failed, passed, unclear } from "./build.js";

/** Tools without a security severity give the level of their rule; GitHub shows the two on one scale, and so do we. */
const RANK: Readonly<Record<CodeScanningAlert["severity"], number>> = {
  critical: 4,
  high: 3,
  error: 3,
  medium: 2,
  warning: 2,
  low: 1,
  note: 1,
  none: 0,
};

const THRESHOLD: Readonly<Record<RequiredScanner["failOn"], number>> = {
  critical: 4,
  high: 3,
  medium: 2,
  low: 1,
  any: 0,
};

/** Gate 3, second half: each scanner the policy lists has looked at this change and found nothing too severe. */
export function codeScanningFindings(facts: ChangeFacts, policy: Policy): Finding[] {
  if (policy.codeScanning.length === 0) return [];
  const scanning = facts.codeScanning;
  if (scanning === null) {
    return [
      unclear("code-scanning", "code scanning", {
        code: "inconsistent",
        message: "The policy asks for code-scanning results, but none were read.",
        remedy: "Re-run this check.",
      }),
    ];
  }
  if (!scanning.known) return [unclear("code-scanning", "code scanning", scanning.reason)];
  return policy.codeScanning.flatMap((required) => judge(required, scanning.value));
}

function judge(required: RequiredScanner, scanning: CodeScanningFact): Finding[] {
  const { tool, failOn } = required;
  const analyses = scanning.analyses.filter((analysis) => analysis.tool === tool);
  const remedy = advice(`Run ${tool} on this change.`);
  if (analyses.length === 0) {
    const message = `${tool} has not uploaded an analysis of this change.`;
    return [failed("code-scanning", { subject: tool, reason: "analysis-missing", message, remedy })];
  }
  const errored = analyses.find((analysis) => analysis.error !== "");
  if (errored !== undefined) {
    const message = `The analysis by ${tool} ended in an error: ${errored.error}`;
    return [failed("code-scanning", { subject: tool, reason: "analysis-errored", message, remedy })];
  }
  const severe = scanning.openAlerts.filter(
    (alert) => alert.tool === tool && RANK[alert.severity] >= THRESHOLD[failOn],
  );
  if (severe.length > 0) return severe.map(alertFinding);
  const message = `${tool} found nothing of severity ${failOn} or above.`;
  return [passed("code-scanning", { subject: tool, reason: "no-severe-alerts", message })];
}

const alertFinding = (alert: CodeScanningAlert): Finding =>
  failed("code-scanning", {
    subject: `${alert.tool} #${alert.number}`,
    reason: "alert-open",
    message: `${alert.severity}: ${alert.description} (${alert.rule})`,
    remedy: advice("Mend it, or dismiss the alert with a reason.", [], alert.url),
    location: alert.path === null ? null : { path: alert.path, line: alert.line ?? 1 },
  });
