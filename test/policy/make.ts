import {
  type Account,
  type ChangeFacts,
  type CheckRunFact,
  type ClassicProtection,
  type CommitFact,
  type ControlFiles,
  type GitIdentity,
  known,
  type ProtectionFact,
  type ReviewFact,
  type RulesetFact,
  type StatusFact,
} from "../../src/facts/facts.js";
import type { Policy } from "../../src/policy/document.js";
import type { Finding } from "../../src/policy/finding.js";
import { parsePolicy } from "../../src/policy/file/parse.js";
import type { PolicySource } from "../../src/policy/resolve.js";
import { NO_X509 } from "../../src/signatures/index.js";
import type { SignatureVerdict } from "../../src/signatures/verdict.js";

/** Facts of a change that passes everything; each test changes the one thing it is about. */

export const APP_ID = 4242;
export const BASE_OID = "b".repeat(40);
export const OID = "1".repeat(40);
export const HEAD = "2".repeat(40);
export const OBSERVED_AT = "2026-11-20T12:00:00Z";

export const account = (id: number, login: string, type: Account["type"] = "User"): Account => ({
  id,
  login,
  type,
});
export const ada = account(1, "ada");
export const bob = account(2, "bob");
export const eve = account(3, "eve");
export const robot = account(9, "robot[bot]", "Bot");

export const identity = (
  who: Account | null,
  email = `${who?.login ?? "nobody"}@example.com`,
): GitIdentity => ({
  name: who?.login ?? "Nobody",
  email,
  account: who,
});

export const commit = (change: Partial<CommitFact> = {}): CommitFact => ({
  oid: HEAD,
  parents: [OID],
  message: "Change something",
  author: identity(ada),
  committer: identity(ada),
  authors: [identity(ada)],
  signature: { payload: "payload", signature: "signature", forge: { verified: true, state: "VALID" } },
  ...change,
});

export const verdict = (change: Partial<SignatureVerdict> = {}): SignatureVerdict => ({
  oid: HEAD,
  type: "commit",
  verdict: "good",
  format: "openpgp",
  reason: "good",
  signer: { fingerprint: "AB".repeat(20), principal: "ada@example.com", source: "keyring", account: null },
  identity: "committer",
  standing: { atSigning: change.reason ?? "good", atEvaluation: change.reason ?? "good" },
  weaknesses: [],
  securityKey: null,
  signedAt: "2026-11-20T11:00:00Z",
  ...change,
});

export const review = (change: Partial<ReviewFact> = {}): ReviewFact => ({
  id: "r1",
  author: bob,
  state: "APPROVED",
  commitOid: HEAD,
  submittedAt: "2026-11-20T11:30:00Z",
  canPush: true,
  ...change,
});

export const checkRun = (change: Partial<CheckRunFact> = {}): CheckRunFact => ({
  kind: "check-run",
  id: 77,
  name: "conftest",
  app: { id: 5, slug: "conftest-app" },
  status: "COMPLETED",
  conclusion: "SUCCESS",
  startedAt: "2026-11-20T11:00:00Z",
  completedAt: "2026-11-20T11:10:00Z",
  url: "https://github.com/o/r/runs/77",
  ...change,
});

export const commitStatus = (change: Partial<StatusFact> = {}): StatusFact => ({
  kind: "status",
  name: "ci/plan",
  creator: account(6, "planner", "Bot"),
  state: "SUCCESS",
  createdAt: "2026-11-20T11:10:00Z",
  url: null,
  ...change,
});

export const ruleset = (change: Partial<RulesetFact> = {}): RulesetFact => ({
  id: 31,
  name: "production",
  source: "o/r",
  level: "repository",
  pullRequest: { approvals: 1, dismissStale: true, codeOwners: true, lastPushApproval: true },
  requiredChecks: [{ name: "countersign", appId: APP_ID }],
  signaturesRequired: true,
  forcePushBlocked: true,
  deletionBlocked: true,
  mergeQueueRequired: false,
  bypass: known([]),
  ...change,
});

export const classic = (change: Partial<ClassicProtection> = {}): ClassicProtection => ({
  pattern: "main",
  adminsIncluded: true,
  forcePushAllowed: false,
  deletionAllowed: false,
  pullRequest: { approvals: 1, dismissStale: true, codeOwners: true, lastPushApproval: true },
  signaturesRequired: true,
  requiredChecks: [{ name: "countersign", appId: APP_ID }],
  pullRequestBypass: [],
  forcePushBypass: [],
  ...change,
});

export const protection = (change: Partial<ProtectionFact> = {}): ProtectionFact => ({
  branch: "main",
  classic: null,
  rulesets: [ruleset()],
  queueShown: true,
  ...change,
});

export const controlFiles = (change: Partial<ControlFiles> = {}): ControlFiles => ({
  commitOid: BASE_OID,
  defaultBranch: "main",
  defaultPolicy: null,
  policy: null,
  allowedSigners: null,
  revokedKeys: null,
  keyring: [],
  x509: NO_X509,
  organization: known({ place: "o/.github", file: null, used: null }),
  ...change,
});

export const facts = (change: Partial<ChangeFacts> = {}): ChangeFacts => ({
  observedAt: OBSERVED_AT,
  appId: APP_ID,
  repository: { id: 100, owner: "o", name: "r" },
  pullRequest: {
    number: 12,
    title: "Change something",
    url: "https://github.com/o/r/pull/12",
    state: "OPEN",
    draft: false,
    author: ada,
    createdAt: "2026-11-20T10:00:00Z",
    crossRepository: false,
    updatedAt: "2026-11-20T11:00:00Z",
    retargetedAt: null,
    base: { ref: "main", oid: BASE_OID },
    head: { ref: "change", oid: HEAD, repository: { id: 1, fullName: "o/r" } },
    merge: null,
  },
  commits: known([commit()]),
  reviews: known([review()]),
  lastPusher: known(ada),
  results: known([]),
  codeScanning: null,
  protection: known(protection()),
  controlFiles: known(controlFiles()),
  proposedPolicy: known(null),
  proposedOrganization: null,
  registeredKeys: [],
  siblings: known([]),
  bots: [],
  scope: null,
  ...change,
});

/** The facts as of a merge at `mergedAt`. */
export const merged = (mergedAt: string, change: Partial<ChangeFacts> = {}): ChangeFacts => {
  const open = facts(change);
  const merge = {
    commitOid: "3".repeat(40),
    treeOid: "4".repeat(40),
    parents: [BASE_OID, HEAD],
    mergedAt,
    mergedBy: bob,
    landing: known({ before: BASE_OID, loggedAs: "pr_merge" }),
  };
  return { ...open, pullRequest: { ...open.pullRequest, state: "MERGED", merge } };
};

/** The policy that `yaml` (without its version) makes. */
export function policy(yaml = ""): Policy {
  const parsed = parsePolicy(`version: 1\n${yaml}`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

export const source = (yaml = ""): PolicySource => ({
  kind: "usable",
  identity: {
    source: "repository",
    path: ".github/countersign.yml",
    digest: "d".repeat(64),
    commitOid: BASE_OID,
  },
  policy: policy(yaml),
  loosenings: [],
});

/** What findings say in short, for tables: `status reason`, in order. */
export const brief = (findings: readonly Finding[]): string[] =>
  findings.map((finding) => `${finding.waiting ? "waiting" : finding.status} ${finding.reason}`);

/** The one finding with this reason; fails the test unless there is exactly one. */
export function only(findings: readonly Finding[], reason: string): Finding {
  const found = findings.filter((finding) => finding.reason === reason);
  const [finding] = found;
  if (finding === undefined || found.length > 1)
    throw new Error(`${found.length} of ${reason} in ${brief(findings).join(", ")}`);
  return finding;
}
