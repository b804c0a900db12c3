import type { PullRequestRequirement } from "../../../facts/facts.js";
import type { RuleName } from "../../controls.js";
import { CHECK_NAME, type Policy } from "../../document.js";
import type { Source } from "./sources.js";

/** One demand of the policy's baseline on the branch's protection. */
export interface Requirement {
  readonly rule: RuleName;
  readonly subject: string;
  /** Why it fails where no source meets it. */
  readonly reason: (sources: readonly Source[]) => string;
  readonly metBy: (source: Source) => boolean;
  readonly message: { readonly met: string; readonly missing: string };
  /** The setting's name in a classic rule and in a ruleset. */
  readonly setting: { readonly classic: string; readonly ruleset: string };
  /** Which list of exemptions of a classic rule touches it. */
  readonly exemptedBy: "pull-request" | "force-push" | null;
}

const PULL_REQUEST = "Require a pull request before merging";
const CHECKS = "Require status checks to pass";

/** Everything the policy's baseline demands, in the order of GitHub's settings pages. */
export function requirementsOf(policy: Policy, appId: number): Requirement[] {
  const wanted = policy.protection;
  return [
    ...when(wanted.pullRequest, pullRequest),
    ...when(wanted.approvals > 0, approvals(wanted.approvals)),
    ...when(wanted.dismissStale, dismissStale),
    ...when(wanted.codeOwners, codeOwners),
    ...when(wanted.lastPushApproval, lastPushApproval),
    ...when(wanted.requiredCheck, check("own-check-required", CHECK_NAME, appId)),
    ...wanted.requiredChecks.map(({ name, app }) => check("checks-required", name, app)),
    ...when(wanted.signedCommits, signedCommits),
    ...when(wanted.forcePushBlocked, forcePush),
    ...when(wanted.deletionBlocked, deletion),
  ];
}

const when = (asked: boolean, requirement: Requirement): Requirement[] => (asked ? [requirement] : []);

interface PullRequestSetting {
  readonly rule: RuleName;
  readonly subject: string;
  readonly reason: string;
  readonly met: string;
  readonly missing: string;
  readonly setting: string;
  readonly test: (requirement: PullRequestRequirement) => boolean;
}

const ofPullRequest = (it: PullRequestSetting): Requirement => ({
  rule: it.rule,
  subject: it.subject,
  reason: () => it.reason,
  metBy: (source) => source.pullRequest !== null && it.test(source.pullRequest),
  message: { met: it.met, missing: it.missing },
  setting: { classic: it.setting, ruleset: it.setting },
  exemptedBy: "pull-request",
});

const pullRequest = ofPullRequest({
  rule: "pull-request-required",
  subject: "pull requests",
  reason: "pull-request-not-required",
  met: "Changes reach the branch through pull requests only.",
  missing: "The branch can be pushed to without a pull request.",
  setting: `“${PULL_REQUEST}”`,
  test: () => true,
});

const approvals = (least: number): Requirement =>
  ofPullRequest({
    rule: "approvals-required",
    subject: "required approvals",
    reason: "too-few-approvals-required",
    met: `GitHub demands ${least} approvals or more.`,
    missing: `GitHub demands fewer than ${least} approvals.`,
    setting: `“${PULL_REQUEST}” and under it “Required approvals”: ${least}`,
    test: (requirement) => requirement.approvals >= least,
  });

const dismissStale = ofPullRequest({
  rule: "stale-approvals-dismissed",
  subject: "stale approvals",
  reason: "stale-approvals-kept",
  met: "A push dismisses earlier approvals.",
  missing: "Approvals survive a push, so what was approved need not be what is merged.",
  setting: `“${PULL_REQUEST}” and under it “Dismiss stale pull request approvals when new commits are pushed”`,
  test: (requirement) => requirement.dismissStale,
});

const codeOwners = ofPullRequest({
  rule: "code-owner-review-required",
  subject: "code owners",
  reason: "code-owner-review-not-required",
  met: "Code owners must approve.",
  missing: "Code owners need not approve changes to what they own.",
  setting: `“${PULL_REQUEST}” and under it “Require review from Code Owners”`,
  test: (requirement) => requirement.codeOwners,
});

const lastPushApproval = ofPullRequest({
  rule: "last-push-approval-required",
  subject: "last push",
  reason: "last-push-approval-not-required",
  met: "Someone other than the last pusher must approve.",
  missing: "The last push need not be approved by someone other than its pusher.",
  setting: `“${PULL_REQUEST}” and under it “Require approval of the most recent reviewable push”`,
  test: (requirement) => requirement.lastPushApproval,
});

function check(rule: RuleName, name: string, app: number): Requirement {
  const listed = (source: Source): boolean =>
    source.requiredChecks.some((required) => required.name === name);
  return {
    rule,
    subject: name,
    // Required by name alone, anyone who can write statuses could report it.
    reason: (sources) => (sources.some(listed) ? "check-not-pinned" : "check-not-required"),
    metBy: (source) =>
      source.requiredChecks.some((required) => required.name === name && required.appId === app),
    message: {
      met: `The check ${name} is required, from the app ${app} only.`,
      missing: `The check ${name} is not required from the app ${app}.`,
    },
    setting: {
      classic: `“${CHECKS} before merging”: add ${name} and choose the app with id ${app} as its source, not “any source”`,
      ruleset: `“${CHECKS}”: add ${name} and choose the app with id ${app} as its source, not “any source”`,
    },
    exemptedBy: null,
  };
}

const signedCommits: Requirement = {
  rule: "signatures-required",
  subject: "signed commits",
  reason: () => "signatures-not-required",
  metBy: (source) => source.signaturesRequired,
  message: {
    met: "GitHub refuses unsigned commits.",
    missing: "GitHub takes unsigned commits on the branch.",
  },
  setting: { classic: "“Require signed commits”", ruleset: "“Require signed commits”" },
  exemptedBy: null,
};

const forcePush: Requirement = {
  rule: "force-push-blocked",
  subject: "force pushes",
  reason: () => "force-push-allowed",
  metBy: (source) => source.forcePushBlocked,
  message: {
    met: "Force pushes are blocked.",
    missing: "The branch's history can be rewritten by a force push.",
  },
  setting: { classic: "untick “Allow force pushes”", ruleset: "“Block force pushes”" },
  exemptedBy: "force-push",
};

const deletion: Requirement = {
  rule: "deletion-blocked",
  subject: "deletion",
  reason: () => "deletion-allowed",
  metBy: (source) => source.deletionBlocked,
  message: { met: "Deletion is blocked.", missing: "The branch can be deleted." },
  setting: { classic: "untick “Allow deletions”", ruleset: "“Restrict deletions”" },
  exemptedBy: null,
};
