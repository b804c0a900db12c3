import type { CommitFact, Fact, ResultFact } from "../facts/facts.js";
import type { SignatureVerdict } from "../signatures/verdict.js";
import { outcomeOf } from "./decide.js";
import { isKnownOutside, policyInForce, unusable } from "./evaluate.js";
import { type Finding, type Gate, type GateResult, GATES } from "./finding.js";
import type { PolicySource } from "./resolve.js";
import type { Scope } from "./rules/path-scope/scope.js";
import { advice, failed } from "./rules/build.js";
import { organizationFindings } from "./rules/policy-files/organization.js";
import { outsideFinding, scopeNotes } from "./rules/path-scope.js";
import { originOf, shortOid } from "./rules/repository.js";
import { resultFindings } from "./rules/results.js";
import { signatureFindings, type TrustProblem } from "./rules/signatures.js";
import { resultsAsOf } from "./verdict/as-of-merge.js";

/** How a branch came to where it is, other than by a merged pull request. */
export type PushForm = "push" | "force-push" | "re-created" | "deleted" | "compared";

/** What can be known of a change that came without a pull request. */
export interface PushFacts {
  /** The pinned instant (ISO 8601, UTC) at which reading began. */
  readonly observedAt: string;
  /** The repository's web address. */
  readonly repositoryUrl: string;
  readonly branch: string;
  readonly form: PushForm;
  /** `null`: there was no branch before. */
  readonly before: string | null;
  /** `null`: there is no branch after. */
  readonly after: string | null;
  /** When it landed (ISO 8601, UTC); where GitHub does not tell, when it was noticed. */
  readonly landedAt: string;
  /** The commits that it brought; where it brought none, the one that it made the branch lead to. */
  readonly commits: Fact<readonly CommitFact[]>;
  /** Results on the commit that it made the branch lead to. */
  readonly results: Fact<readonly ResultFact[]>;
  /** What it touches of the policy's paths; `null`: those are everything, so it was not looked at. */
  readonly scope: Fact<Scope> | null;
}

/**
 * Runs over a push what can be asked of it afterwards: signatures and results, as they stood when it landed. By its
 * nature it fails the other two gates, as it came without a pull request, and so without anybody's review.
 *
 * Nothing is asked of a push that touches nothing of the policy's paths, as long as it adds to the branch.
 *
 * `source` is the policy of the branch before the push; `verdicts` are ours on its commits. `inDoubt`: it may itself have
 * come around the gates.
 */
export function evaluatePush(
  facts: PushFacts,
  source: PolicySource,
  verdicts: Fact<readonly SignatureVerdict[]>,
  trustProblems: readonly TrustProblem[],
  inDoubt: boolean,
): GateResult[] {
  const { scope } = facts;
  const isOutside = !inDoubt && isForward(facts) && isKnownOutside(scope);
  return GATES.map((gate) => {
    if (isOutside && source.kind === "usable") {
      return { gate, outcome: "passed", findings: [outsideFinding(gate, scope.value, source.policy)] };
    }
    const findings =
      source.kind === "usable"
        ? judge(gate, facts, source, verdicts, trustProblems).map(landed)
        : unusable(gate, source);
    return { gate, outcome: outcomeOf(findings), findings };
  });
}

/** Whether it only adds to what is there: no path leaves out that a branch's history was rewritten, or taken away. */
export const isForward = ({ form }: Pick<PushFacts, "form">): boolean =>
  form === "push" || form === "compared";

function judge(
  gate: Gate,
  facts: PushFacts,
  source: PolicySource & { kind: "usable" },
  verdicts: Fact<readonly SignatureVerdict[]>,
  trustProblems: readonly TrustProblem[],
): Finding[] {
  switch (gate) {
    case "signatures":
      return facts.after === null
        ? [nothingLeft(facts)]
        : signatureFindings(framed(facts, facts.after), source.policy, verdicts, trustProblems);
    case "protection":
      return aroundProtection(facts);
    case "policy":
      return [
        policyInForce(source),
        ...scopeNotes(facts.scope),
        ...organizationFindings(source, originOf(facts.repositoryUrl)),
        ...results(facts, source),
      ];
    case "review":
      return [notReviewed(facts)];
  }
}

/** A push in the shape in which the rules read a change. */
function framed(facts: PushFacts, after: string) {
  const { observedAt, repositoryUrl: url, before, landedAt: mergedAt, commits, results: found } = facts;
  const pullRequest = { url, head: { oid: after }, base: { oid: before ?? after }, merge: { mergedAt } };
  return { observedAt, pullRequest, commits, push: null, results: resultsAsOf(found, mergedAt) };
}

function results(facts: PushFacts, { policy }: PolicySource & { kind: "usable" }): Finding[] {
  if (facts.after === null) return [];
  const { codeScanning } = policy;
  return [...resultFindings(framed(facts, facts.after), policy), ...codeScanning.map(notScanned)];
}

const notScanned = ({ tool }: { readonly tool: string }): Finding =>
  failed("code-scanning", {
    subject: tool,
    reason: "analysis-missing",
    message: `${tool} had no pull request to analyse before this landed.`,
    remedy: IT_HAS_LANDED,
  });

const IT_HAS_LANDED = advice(
  "It has landed. If it was an emergency, acknowledge it, document it and have it reviewed; else revert it.",
);

/** What would mend an open pull request, as signing its commits anew, cannot be done to what is on the branch. */
const landed = (finding: Finding): Finding =>
  (finding.status === "fail" || finding.status === "unknown") && finding.rule !== "trust-material"
    ? { ...finding, waiting: false, remedy: IT_HAS_LANDED }
    : finding;

const nothingLeft = ({ branch, before }: PushFacts): Finding =>
  failed("commit-signature", {
    subject: branch,
    reason: "no-commits",
    message: `The branch was deleted at ${at(before)}, so there is nothing that could be verified.`,
    remedy: IT_HAS_LANDED,
  });

/** Which branch moved, how, and from where to where. */
export type PushedMove = Pick<PushFacts, "branch" | "form" | "before" | "after">;

const MOVES: Readonly<Record<PushForm, (move: PushedMove) => string>> = {
  push: ({ branch, after }) => `${at(after)} was pushed to ${branch}`,
  compared: ({ branch, after }) => `${branch} came to ${at(after)}`,
  "force-push": ({ branch, before, after }) => `${branch} was forced from ${at(before)} to ${at(after)}`,
  "re-created": ({ branch, after }) => `${branch} was deleted and made anew at ${at(after)}`,
  deleted: ({ branch, before }) => `${branch} was deleted at ${at(before)}`,
};

const at = (oid: string | null): string => (oid === null ? "no commit" : shortOid(oid));

/** What a push says in one sentence, without its stop. For the records and texts of its case as well. */
export const pushInWords = (move: PushedMove): string => MOVES[move.form](move);

function aroundProtection(facts: PushFacts): Finding[] {
  const { branch, form } = facts;
  const came = failed("pull-request-required", {
    subject: branch,
    reason: "came-without-pull-request",
    message: `${pushInWords(facts)} without a pull request into it.`,
    remedy: IT_HAS_LANDED,
  });
  if (form === "force-push") return [came, rewritten(facts)];
  return form === "deleted" || form === "re-created" ? [came, deleted(facts)] : [came];
}

const rewritten = (facts: PushedMove): Finding =>
  failed("force-push-blocked", {
    subject: facts.branch,
    reason: "history-rewritten",
    message: `${pushInWords(facts)}, which is not on top of what was there.`,
    remedy: IT_HAS_LANDED,
  });

const deleted = (facts: PushedMove): Finding =>
  failed("deletion-blocked", {
    subject: facts.branch,
    reason: "branch-deleted",
    message: `${pushInWords(facts)}.`,
    remedy: IT_HAS_LANDED,
  });

function notReviewed(facts: PushFacts): Finding {
  return failed("independent-approval", {
    subject: facts.branch,
    reason: "never-reviewed",
    message: "Nobody reviewed it before it landed: it came without a pull request.",
    remedy: IT_HAS_LANDED,
  });
}
