import type { Finding, Gate, Outcome } from "../policy/finding.js";

export const GATE_NAMES: Readonly<Record<Gate, string>> = {
  signatures: "Signatures",
  protection: "Branch protection",
  policy: "Policy results",
  review: "Review",
};

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  passed: "✅ passed",
  failed: "❌ failed",
  waiting: "⏳ waiting",
  unknown: "❔ could not be checked",
};

/** What is said of a change that touches nothing of the policy's paths, where others are said to have passed. */
export const OUTSIDE_TITLE = "Outside of what the policy gates";

/** What a check shows: an outcome, or why it stops nothing though it may not have passed. */
export type Verdict = Outcome | "declared" | "observed";

export const VERDICT_SIGNS: Readonly<Record<Verdict, string>> = {
  passed: "✅",
  failed: "❌",
  waiting: "⏳",
  unknown: "❔",
  declared: "🟠",
  observed: "👁️",
};

/** One sign a finding, told apart by shape as well as by colour. */
export function signOf(finding: Finding): string {
  switch (finding.status) {
    case "pass":
      return "✅";
    case "fail":
      return finding.waiting ? "⏳" : "❌";
    case "unknown":
      return "❔";
    case "waived":
      return "⚠️";
    case "note":
      return "ℹ️";
  }
}

/** What became of a finding, in words: a sign alone says nothing to who cannot see it. */
export const statusWords = (finding: Finding): string => `${signOf(finding)} ${STATUSES[statusOf(finding)]}`;

const STATUSES: Readonly<Record<Finding["status"] | "waiting", string>> = {
  pass: "passed",
  fail: "failed",
  waiting: "waiting",
  unknown: "not known",
  waived: "waived",
  note: "note",
};

const statusOf = ({ status, waiting }: Finding): Finding["status"] | "waiting" =>
  status === "fail" && waiting ? "waiting" : status;

/** `1 commit`, `2 commits`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
