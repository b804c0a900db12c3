import type { ChangeFacts, CheckRunFact, ResultFact, StatusFact } from "../../facts/facts.js";
import type { Policy, RequiredResult } from "../document.js";
import type { Finding } from "../finding.js";
import { advice, type Complaint, failed, noted, passed, unclear, waiting, waived } from "./build.js";
import { type ChangeFrame, shortOid } from "./repository.js";
import {
  conclusionOf,
  countsUntil,
  isFrom,
  judgedAt,
  nameOf,
  type Success,
  successOf,
} from "./results/counted.js";

/** What this rule reads of a change. */
export type ResultFacts = ChangeFrame & Pick<ChangeFacts, "results">;

/**
 * Gate 3, first half: each result the policy lists is there for exactly the head commit, from the right app or
 * account, and passed. Should the right source have reported several of the name, all of them must have passed.
 */
export function resultFindings(facts: ResultFacts, policy: Policy): Finding[] {
  if (policy.results.length === 0 && policy.codeScanning.length === 0) return [nothingRequired()];
  if (policy.results.length === 0) return [];
  if (!facts.results.known) return [unclear("required-result", "results", facts.results.reason)];
  const results = facts.results.value;
  return policy.results.flatMap((required) => requiredResult(required, results, facts));
}

const nothingRequired = (): Finding =>
  waived("required-result", {
    subject: "results",
    reason: "no-results-required",
    message: "The policy requires no result of a compliance-as-code tool.",
    remedy: advice("Name the tools' checks, each with its app's id, under results in the policy."),
  });

function requiredResult(
  required: RequiredResult,
  results: readonly ResultFact[],
  facts: ResultFacts,
): Finding[] {
  const named = results.filter((result) => result.name === nameOf(required));
  const own = named.filter((result) => isFrom(result, required));
  const impostors = named
    .filter((result) => !own.includes(result))
    .map((result) => impostor(required, result));
  if (own.length === 0) return [missing(required, facts), ...impostors];
  return [...own.map((result) => judge(required, result, facts)), ...impostors];
}

const sourceOf = (required: RequiredResult): string =>
  "check" in required ? `the app ${required.app}` : `the account ${required.creator}`;

function missing(required: RequiredResult, facts: ResultFacts): Finding {
  const head = facts.pullRequest.head.oid;
  return failed("required-result", {
    subject: nameOf(required),
    reason: "result-missing",
    message: `No ${nameOf(required)} from ${sourceOf(required)} for the head commit ${shortOid(head)}.`,
    remedy: advice(
      "Wait for the tool, or start it. If it never reports: does it run for this branch, and is the id in the policy right?",
    ),
  });
}

function impostor(required: RequiredResult, result: ResultFact): Finding {
  const reporter = result.kind === "check-run" ? result.app : result.creator;
  const who =
    reporter === null
      ? "an unknown source"
      : "slug" in reporter
        ? `the app ${reporter.slug} (id ${reporter.id})`
        : `${reporter.login} (id ${reporter.id})`;
  return noted("required-result", {
    subject: result.name,
    reason: "impostor-result",
    message: `A result of the same name came from ${who}; only ${sourceOf(required)} counts.`,
  });
}

function judge(required: RequiredResult, result: ResultFact, facts: ResultFacts): Finding {
  const success = successOf(required, result);
  if (success !== null) return judgeAge(required, result, success, facts);
  return result.kind === "status" ? judgeStatus(result) : judgeCheckRun(result);
}

function judgeStatus(result: StatusFact): Finding {
  switch (result.state) {
    case "PENDING":
    case "EXPECTED":
      return waiting("required-result", running(result));
    case "ERROR":
      return notPassed(result, "result-errored", "ended in an error");
    default:
      return notPassed(result, "result-failed", "failed");
  }
}

function judgeCheckRun(result: CheckRunFact): Finding {
  if (result.status !== "COMPLETED") return waiting("required-result", running(result));
  const [reason, words] = CONCLUSIONS[conclusionOf(result)] ?? [
    "result-failed",
    "has no conclusion that could pass",
  ];
  return notPassed(result, reason, words);
}

/** Every conclusion of GitHub's but those the policy takes as passed. */
const CONCLUSIONS: Readonly<Record<string, readonly [reason: string, words: string]>> = {
  success: ["result-success-refused", "succeeded, which the policy does not list as passing"],
  failure: ["result-failed", "failed"],
  neutral: ["result-neutral", "ended neutral, which the policy does not take as passed"],
  skipped: ["result-skipped", "was skipped, which the policy does not take as passed"],
  cancelled: ["result-cancelled", "was cancelled"],
  timed_out: ["result-timed-out", "timed out"],
  action_required: ["result-action-required", "waits for someone to act"],
  startup_failure: ["result-not-started", "could not start"],
  stale: ["result-stale", "was given up by GitHub as stale"],
};

const running = (result: ResultFact): Complaint => ({
  subject: result.name,
  reason: "result-running",
  message: `${result.name} has not finished.`,
  remedy: advice(`Wait until ${result.name} has finished.`, [], result.url),
});

const notPassed = (result: ResultFact, reason: string, words: string): Finding =>
  failed("required-result", {
    subject: result.name,
    reason,
    message: `${result.name} ${words}.`,
    remedy: advice("See what it found, mend that, and run it again.", [], result.url),
  });

/** A result that passed long ago says little about rules and data that changed since. */
function judgeAge(
  required: RequiredResult,
  result: ResultFact,
  success: Success,
  facts: ResultFacts,
): Finding {
  const { how, at } = success;
  if (judgedAt(facts) <= countsUntil(required, success)) {
    const message = `${result.name} ended with ${how}, reported by ${sourceOf(required)}.`;
    return passed("required-result", { subject: result.name, reason: `result-${how}`, message });
  }
  return failed("required-result", {
    subject: result.name,
    reason: "result-stale",
    message: `${result.name} passed, but ${at === null ? "when is not known" : `at ${at}, more than ${required.maxAge ?? ""} ago`}.`,
    remedy: advice("Run it again.", [], result.url),
  });
}
