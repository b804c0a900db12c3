import type { RuleName } from "../../policy/controls.js";
import type { Finding } from "../../policy/finding.js";

/** What findings of one kind are called in a title: said once, or counted as `1 ONE`, `2 MANY`. */
type Words = string | readonly [one: string, many: string];

interface RuleWords {
  /** Of what failed, waits or was waived. */
  readonly open: Words;
  /** Where the reason says more than the rule. */
  readonly reasons?: Readonly<Record<string, Words>>;
  /** Of what could not be found out. */
  readonly unknown?: Words;
}

const SETTING: RuleWords = { open: ["protection setting too weak", "protection settings too weak"] };
const REQUIRED_CHECK: RuleWords = {
  open: ["check not required", "checks not required"],
  reasons: { "check-not-pinned": ["check required from any app", "checks required from any app"] },
};

/** Closed over all rules: a new one does not compile until someone has thought about what a title calls it. */
const WORDS: Readonly<Record<RuleName, RuleWords>> = {
  "commit-signature": {
    open: ["commit with a bad signature", "commits with bad signatures"],
    reasons: {
      unsigned: ["commit unsigned", "commits unsigned"],
      "unknown-key": ["commit signed by an unknown key", "commits signed by unknown keys"],
      "signer-not-committer": [
        "commit not signed by its committer",
        "commits not signed by their committers",
      ],
      "forge-key": ["commit signed by GitHub only", "commits signed by GitHub only"],
      "registered-key-refused": ["commit by a key of no trust file", "commits by keys of no trust file"],
      "revocations-unreadable": "revoked keys not readable",
      "no-commits": "no commits",
    },
    unknown: "signatures not verified",
  },
  "forge-opinion": { open: ["signature disputed by GitHub", "signatures disputed by GitHub"] },
  "trust-material": { open: ["line of the trust files unreadable", "lines of the trust files unreadable"] },
  "branch-protected": { open: "branch unprotected", unknown: "protection not readable" },
  "pull-request-required": SETTING,
  "approvals-required": SETTING,
  "stale-approvals-dismissed": SETTING,
  "code-owner-review-required": SETTING,
  "last-push-approval-required": SETTING,
  "own-check-required": REQUIRED_CHECK,
  "checks-required": REQUIRED_CHECK,
  "signatures-required": SETTING,
  "force-push-blocked": SETTING,
  "deletion-blocked": SETTING,
  "bypass-actors": {
    open: ["way around the protection", "ways around the protection"],
    unknown: "who may bypass not readable",
  },
  "merge-queue": { open: "merge queue bypassed", unknown: "merge queue not readable" },
  "merge-group": { open: "merge group to be made anew", unknown: "merge group not readable" },
  "protection-changed": { open: "protection changed around the merge" },
  "policy-file": { open: "policy file unusable", unknown: "policy file not readable" },
  "proposed-policy": {
    open: "proposed policy file unusable",
    reasons: {
      "proposed-policy-loosens": [
        "key of the proposed policy looser than the organization's",
        "keys of the proposed policy looser than the organization's",
      ],
      "proposed-organization-policy-older": "organization's policy proposed without a new revision",
      "proposed-organization-policy-removed": "organization's policy to be taken away",
    },
    unknown: "proposed policy file not readable",
  },
  "organization-policy": {
    open: "organization's policy unusable",
    reasons: {
      "organization-policy-loosened": [
        "key looser than the organization's",
        "keys looser than the organization's",
      ],
      "organization-policy-older": "organization's policy is an older one",
      "organization-policy-rewritten": "organization's policy changed without a new revision",
    },
  },
  "shared-head": {
    open: ["other pull request not judged yet", "other pull requests not judged yet"],
    reasons: {
      retargeted: "new base branch not judged yet",
      "siblings-unknown": "who shares the commit not known",
    },
  },
  "frozen-branch": { open: "branch frozen by an open emergency" },
  "policy-in-doubt": {
    open: "policy in doubt",
    reasons: { "policy-unaccounted": "new policy not on record yet" },
    unknown: "base branch not shown as it is now",
  },
  "path-scope": { open: ["path gated", "paths gated"] },
  waiver: { open: ["waiver to mend", "waivers to mend"] },
  "required-result": {
    open: ["result failed", "results failed"],
    reasons: {
      "result-missing": ["result missing", "results missing"],
      "result-running": ["result not finished", "results not finished"],
      "result-stale": ["result too old", "results too old"],
      "no-results-required": "no results asked for",
    },
    unknown: "results not readable",
  },
  "code-scanning": {
    open: ["analysis failed", "analyses failed"],
    reasons: {
      "alert-open": ["code-scanning alert", "code-scanning alerts"],
      "analysis-missing": ["analysis missing", "analyses missing"],
    },
    unknown: "code scanning not readable",
  },
  "independent-approval": { open: "approval missing", unknown: "reviews not readable" },
  "changes-requested": { open: ["person asks for changes", "people ask for changes"] },
  contributors: {
    open: ["contributor not known", "contributors not known"],
    reasons: { "author-unknown": "author not known" },
    unknown: ["contributor not known", "contributors not known"],
  },
};

/** Of a rule that this version does not know, as an earlier or later one may have stored it. */
const OTHER: RuleWords = {
  open: ["other thing to mend", "other things to mend"],
  unknown: ["thing not known", "things not known"],
};

/**
 * What `findings` come to, in our own words and their order: `["2 commits unsigned", "approval missing"]`. Findings that
 * go by the same words are counted together. Holds nothing that strangers wrote, so it is right in a title and in
 * Markdown.
 */
export function phrasesOf(findings: readonly Finding[]): string[] {
  const counts = new Map<Words, number>();
  for (const finding of findings) {
    const words = wordsOf(finding);
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...counts].map(([words, count]) => counted(words, count));
}

function wordsOf({ rule, reason, status }: Finding): Words {
  const { open, reasons = {}, unknown = OTHER.unknown } = isRule(rule) ? WORDS[rule] : OTHER;
  const own = Object.hasOwn(reasons, reason) ? reasons[reason] : undefined;
  return own ?? (status === "unknown" ? (unknown ?? open) : open);
}

const isRule = (name: string): name is RuleName => Object.hasOwn(WORDS, name);

function counted(words: Words, count: number): string {
  if (typeof words === "string") return words;
  return `${count} ${count === 1 ? words[0] : words[1]}`;
}

/** With a capital at its beginning. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The other way round, for a title that becomes part of a sentence. */
export const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
