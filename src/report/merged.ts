import { strictest } from "../policy/decide.js";
import type { Decision, Finding, Gate, GateResult, Outcome } from "../policy/finding.js";
import type { Declared } from "./case/declared.js";

/** What a check says of a pull request besides its verdict. */
export interface PullReference {
  readonly number: number;
  readonly title: string;
  readonly baseRef: string;
  /** Its page on GitHub; absent where only its number is known. */
  readonly url?: string;
}

/** The newest decision on one pull request. */
export interface PullDecision {
  readonly pull: PullReference;
  readonly decision: Decision;
  /** The emergency that was declared for this head commit and holds; `null`: none. */
  readonly declared: Declared | null;
  /** Only where it is the verdict on a member of a merge group: the group's branch. */
  readonly group?: { readonly headRef: string };
}

/** What the gates found, whatever was declared. */
type Judged = Pick<PullDecision, "pull" | "decision">;

/** One finding, and the pull requests it was made on. */
export interface SharedFinding {
  readonly finding: Finding;
  readonly pulls: readonly PullReference[];
  /** The commit of the base branch that the policy was read from, on the first of them. */
  readonly policyOid: string | null;
}

/** What the decisions on several pull requests with one head commit come to: the strictest of them counts. */
export function outcomeOver(decisions: readonly Judged[], gate?: Gate): Outcome {
  return strictest(
    decisions.map(({ decision }) =>
      gate === undefined ? decision.outcome : (gateOf(decision, gate)?.outcome ?? "unknown"),
    ),
  );
}

/** A declaration, and the pull request that it lets pass. */
export interface DeclaredPull {
  readonly pull: PullReference;
  readonly declared: Declared;
}

/**
 * The declarations that let a commit pass though not all of its pull requests passed, the one that ends first in
 * front; empty where all passed, and where one neither passed nor was declared: an emergency covers no other change.
 */
export function declarationsOver(decisions: readonly PullDecision[]): readonly DeclaredPull[] {
  const open = decisions.filter(({ decision }) => decision.outcome !== "passed");
  const declared = open.flatMap((one) =>
    one.declared === null ? [] : [{ pull: one.pull, declared: one.declared }],
  );
  if (declared.length < open.length) return [];
  return declared.sort((a, b) => Date.parse(a.declared.until) - Date.parse(b.declared.until));
}

/** The findings of some gates over all decisions, each said once. What needs someone to act comes first. */
export function findingsOver(decisions: readonly Judged[], gates: readonly Gate[]): SharedFinding[] {
  const shared = new Map<string, SharedFinding & { pulls: PullReference[] }>();
  for (const { pull, decision } of decisions) {
    for (const finding of gates.flatMap((gate) => gateOf(decision, gate)?.findings ?? [])) {
      const key = keyOf(finding);
      const known = shared.get(key);
      if (known === undefined)
        shared.set(key, { finding, pulls: [pull], policyOid: decision.policy.commitOid });
      else if (!known.pulls.includes(pull)) known.pulls.push(pull);
    }
  }
  return [...shared.values()].sort((a, b) => weight(a.finding) - weight(b.finding));
}

const gateOf = (decision: Decision, gate: Gate): GateResult | undefined =>
  decision.gates.find((one) => one.gate === gate);

/** The same thing said by the same rule is one thing, in whichever gate: an unusable policy speaks in all four. */
const keyOf = ({ rule, status, waiting, subject, reason, message, remedy }: Finding): string =>
  JSON.stringify([rule, status, waiting, subject, reason, message, remedy]);

/** Until these are settled nothing else that anyone mends lets the change pass. */
const FIRST: ReadonlySet<string> = new Set(["policy-file", "frozen-branch", "policy-in-doubt"]);

function weight(finding: Finding): number {
  if (finding.status !== "pass" && finding.status !== "note" && FIRST.has(finding.rule)) return -1;
  if (finding.status === "fail") return finding.waiting ? 2 : 0;
  return { unknown: 1, waived: 3, note: 4, pass: 5 }[finding.status];
}

/** Whether someone has to act, or wait, before it passes. */
export const isOpen = ({ finding }: SharedFinding): boolean =>
  finding.status === "fail" || finding.status === "unknown";
