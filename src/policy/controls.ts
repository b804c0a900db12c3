import type { Gate } from "./finding.js";

/** One requirement of a framework that this app's findings are evidence for. */
export interface Control {
  readonly framework: "SOC 2" | "NIST SP 800-53" | "ISO/IEC 27001" | "PCI DSS";
  readonly version: string;
  /** The id as the framework prints it. */
  readonly requirement: string;
  /** What it asks for, in our own words. */
  readonly title: string;
  /** The same requirement in the edition before, for auditors who still work with that. */
  readonly formerly: string | null;
  /** Where the framework's owner publishes it. */
  readonly url: string;
}

const AICPA =
  "https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022";
const NIST = "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final";
const ISO = "https://www.iso.org/standard/27001";
const PCI = "https://www.pcisecuritystandards.org/document_library/";

const nist = (requirement: string, title: string): Control => ({
  framework: "NIST SP 800-53",
  version: "Rev. 5",
  requirement,
  title,
  formerly: null,
  url: NIST,
});

/** Every control that any finding may name. `docs/controls.md` shows the same; a test keeps them equal. */
export const CONTROLS = {
  "SOC2:CC8.1": {
    framework: "SOC 2",
    version: "2017 criteria",
    requirement: "CC8.1",
    title: "Changes are authorised, tested, approved and documented before they go live",
    formerly: null,
    url: AICPA,
  },
  "NIST-800-53r5:CM-3": nist("CM-3", "Each change is reviewed, decided on, recorded and kept for audit"),
  "NIST-800-53r5:CM-3(2)": nist("CM-3(2)", "Changes are tested and validated before they are put in place"),
  "NIST-800-53r5:CM-5": nist("CM-5", "Only those who are authorised can make changes, and that is enforced"),
  "NIST-800-53r5:CM-6": nist("CM-6", "Settings follow a documented baseline, and deviations are approved"),
  "NIST-800-53r5:CM-14": nist(
    "CM-14",
    "Nothing is installed unless its signature by a known key was verified",
  ),
  "NIST-800-53r5:AU-10": nist("AU-10", "Who performed an action can be proven and not be denied later"),
  "NIST-800-53r5:SI-7": nist("SI-7", "Unauthorised changes to software and its configuration are detected"),
  "NIST-800-53r5:AC-5": nist("AC-5", "Duties are divided, so that no one person can carry a change alone"),
  "ISO-27001:2022:A.8.32": {
    framework: "ISO/IEC 27001",
    version: "2022",
    requirement: "A.8.32",
    title: "Changes to systems go through a change-management procedure",
    formerly: "ISO-27001:2013:A.12.1.2",
    url: ISO,
  },
  "PCI-DSS-4.0.1:6.5.1": {
    framework: "PCI DSS",
    version: "4.0.1",
    requirement: "6.5.1",
    title: "Production changes follow a procedure: documented, approved, tested, with a way back",
    formerly: "PCI-DSS-3.2.1:6.4",
    url: PCI,
  },
} as const satisfies Record<string, Control>;

export type ControlId = keyof typeof CONTROLS;

/** What one rule checks, for which gate, and which controls its findings are evidence for. */
export interface Rule {
  readonly gate: Gate;
  readonly claim: string;
  readonly controls: readonly ControlId[];
}

const CHANGE_CONTROL = [
  "SOC2:CC8.1",
  "NIST-800-53r5:CM-3",
  "ISO-27001:2022:A.8.32",
  "PCI-DSS-4.0.1:6.5.1",
] as const satisfies readonly ControlId[];

const ENFORCED_SETTING = [
  ...CHANGE_CONTROL,
  "NIST-800-53r5:CM-5",
  "NIST-800-53r5:CM-6",
] as const satisfies readonly ControlId[];

const SIGNED_CHANGE = [
  ...CHANGE_CONTROL,
  "NIST-800-53r5:CM-14",
  "NIST-800-53r5:AU-10",
  "NIST-800-53r5:SI-7",
] as const satisfies readonly ControlId[];

/** The one table that says which rule is evidence for which controls. */
export const RULES = {
  "commit-signature": {
    gate: "signatures",
    claim: "Each commit is signed by a trusted key of its committer",
    controls: SIGNED_CHANGE,
  },
  "forge-opinion": {
    gate: "signatures",
    claim: "GitHub's own opinion of each signature does not contradict ours",
    controls: SIGNED_CHANGE,
  },
  "trust-material": {
    gate: "signatures",
    claim: "Every line of the trust files and every key can be read",
    controls: SIGNED_CHANGE,
  },
  "branch-protected": {
    gate: "protection",
    claim: "The base branch is protected, and how can be read",
    controls: ENFORCED_SETTING,
  },
  "pull-request-required": {
    gate: "protection",
    claim: "Changes reach the branch through pull requests only",
    controls: ENFORCED_SETTING,
  },
  "approvals-required": {
    gate: "protection",
    claim: "GitHub demands at least the policy's number of approvals",
    controls: [...ENFORCED_SETTING, "NIST-800-53r5:AC-5"],
  },
  "stale-approvals-dismissed": {
    gate: "protection",
    claim: "A push takes away approvals given before it",
    controls: [...ENFORCED_SETTING, "NIST-800-53r5:AC-5"],
  },
  "code-owner-review-required": {
    gate: "protection",
    claim: "Code owners must approve changes to what they own",
    controls: [...ENFORCED_SETTING, "NIST-800-53r5:AC-5"],
  },
  "last-push-approval-required": {
    gate: "protection",
    claim: "Someone other than the last pusher must approve",
    controls: [...ENFORCED_SETTING, "NIST-800-53r5:AC-5"],
  },
  "own-check-required": {
    gate: "protection",
    claim: "GitHub demands this app's check, and takes it from this app only",
    controls: ENFORCED_SETTING,
  },
  "checks-required": {
    gate: "protection",
    claim: "GitHub demands the other checks that the policy lists",
    controls: [...ENFORCED_SETTING, "NIST-800-53r5:CM-3(2)"],
  },
  "signatures-required": {
    gate: "protection",
    claim: "GitHub refuses unsigned commits on the branch",
    controls: [...ENFORCED_SETTING, "NIST-800-53r5:CM-14", "NIST-800-53r5:SI-7"],
  },
  "force-push-blocked": {
    gate: "protection",
    claim: "The branch's history cannot be rewritten",
    controls: [...ENFORCED_SETTING, "NIST-800-53r5:SI-7"],
  },
  "deletion-blocked": {
    gate: "protection",
    claim: "The branch cannot be deleted",
    controls: [...ENFORCED_SETTING, "NIST-800-53r5:SI-7"],
  },
  "bypass-actors": {
    gate: "protection",
    claim: "Nobody can bypass what the policy relies on, except those it names",
    controls: [...ENFORCED_SETTING, "NIST-800-53r5:AC-5"],
  },
  "merge-queue": {
    gate: "protection",
    claim: "A change to a branch with a merge queue landed by it",
    controls: [...ENFORCED_SETTING, "NIST-800-53r5:CM-3(2)"],
  },
  "merge-group": {
    gate: "signatures",
    claim: "What a merge queue makes is made by GitHub, of exactly its pull requests, and passed as a whole",
    controls: [...SIGNED_CHANGE, "NIST-800-53r5:CM-3(2)"],
  },
  "protection-changed": {
    gate: "protection",
    claim: "Protection was not changed around the merge",
    controls: ENFORCED_SETTING,
  },
  "policy-file": {
    gate: "policy",
    claim: "The policy that judges is readable, valid and read from the controlled branch",
    controls: [...CHANGE_CONTROL, "NIST-800-53r5:CM-6"],
  },
  "proposed-policy": {
    gate: "policy",
    claim: "The policy file that the change would bring can be used",
    controls: [...CHANGE_CONTROL, "NIST-800-53r5:CM-6"],
  },
  "organization-policy": {
    gate: "policy",
    claim:
      "The account's policy can be used, is not an older one, and the repository's is as tight as it enforces",
    controls: [...CHANGE_CONTROL, "NIST-800-53r5:CM-6"],
  },
  "shared-head": {
    gate: "policy",
    claim: "Every open pull request that shares the head commit's check runs was judged",
    controls: CHANGE_CONTROL,
  },
  "frozen-branch": {
    gate: "policy",
    claim: "No break-glass case that is in breach freezes the base branch",
    controls: [...CHANGE_CONTROL, "NIST-800-53r5:CM-5"],
  },
  "policy-in-doubt": {
    gate: "policy",
    claim:
      "The policy that judges is the newest, what brought it is on record, and it came through its gates as far as open break-glass cases tell",
    controls: [...CHANGE_CONTROL, "NIST-800-53r5:CM-5", "NIST-800-53r5:CM-6"],
  },
  "path-scope": {
    gate: "policy",
    claim: "A change of which a gate asks nothing touches nothing that the reconciler reads",
    controls: [...CHANGE_CONTROL, "NIST-800-53r5:CM-6"],
  },
  waiver: {
    gate: "policy",
    claim: "Each exception of the policy has an owner, a reason and an end within a year",
    controls: [...CHANGE_CONTROL, "NIST-800-53r5:CM-6"],
  },
  "required-result": {
    gate: "policy",
    claim: "Each result the policy lists came from the right source for exactly this commit",
    controls: [...CHANGE_CONTROL, "NIST-800-53r5:CM-3(2)"],
  },
  "code-scanning": {
    gate: "policy",
    claim: "Each scanner the policy lists has looked, and found nothing at or above the threshold",
    controls: [...CHANGE_CONTROL, "NIST-800-53r5:CM-3(2)", "NIST-800-53r5:SI-7"],
  },
  "independent-approval": {
    gate: "review",
    claim: "Enough people who had no hand in the change approved exactly what would be merged",
    controls: [...CHANGE_CONTROL, "NIST-800-53r5:AC-5"],
  },
  "changes-requested": {
    gate: "review",
    claim: "Nobody with write access still asks for changes",
    controls: [...CHANGE_CONTROL, "NIST-800-53r5:AC-5"],
  },
  contributors: {
    gate: "review",
    claim: "Everyone who had a hand in the change is known",
    controls: [...CHANGE_CONTROL, "NIST-800-53r5:AC-5"],
  },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;
