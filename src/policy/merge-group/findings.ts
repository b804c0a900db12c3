import type { CommitFact, Fact, PullRequestFact, ResultFact, UnknownReason } from "../../facts/facts.js";
import type { MergeGroup, QueueMethod } from "./queue.js";
import type { SignatureVerdict } from "../../signatures/verdict.js";
import type { Policy } from "../document.js";
import { decide } from "../decide.js";
import { type Decision, type Finding, type GateResult, GATES } from "../finding.js";
import { advice, failed, noted, passed, unclear } from "../rules/build.js";
import { shortOid } from "../rules/repository.js";
import { resultFindings } from "../rules/results.js";
import type { Member } from "./attribute.js";

/** Whatever is wrong with a group, it is made anew from what is in the queue. */
const QUEUE_AGAIN = advice(
  "Take the pull request out of the queue, look at what changed, and put it in again.",
);

/** The pull request is the one that the queue took: still of this head, and still for this branch. */
export function membershipFindings(
  { baseRef }: Pick<MergeGroup, "baseRef">,
  member: Pick<Member, "number" | "headOid">,
  { state, base, head }: Pick<PullRequestFact, "state" | "base" | "head">,
): Finding[] {
  const subject = `#${member.number}`;
  const refuse = (reason: string, message: string): Finding[] => [
    failed("merge-group", { subject, reason, message, remedy: QUEUE_AGAIN }),
  ];
  if (state === "CLOSED")
    return refuse("pull-request-closed", `${subject} was closed while it was in the queue.`);
  if (base.ref !== baseRef) return refuse("pull-request-retargeted", `${subject} goes to ${base.ref} now.`);
  if (head.oid === member.headOid) return [];
  const message = `The queue took ${subject} at ${shortOid(member.headOid)}, and its head is ${shortOid(head.oid)}.`;
  return refuse("pull-request-moved", message);
}

/**
 * The commits that the queue made are GitHub's: those that it signs, merges and squashes, by its own key. What it rebases
 * it does not sign; then its own account of the queue stands alone for who made them, and the files for what is in them.
 */
export function makerFindings(
  { number, commits }: Member,
  method: QueueMethod,
  verdicts: Fact<readonly SignatureVerdict[]>,
): Finding[] {
  if (!verdicts.known) return [unclear("merge-group", `#${number}`, verdicts.reason)];
  return commits.map((commit) => maker(commit, number, method, verdicts.value));
}

function maker(
  { oid }: CommitFact,
  number: number,
  method: QueueMethod,
  verdicts: readonly SignatureVerdict[],
): Finding {
  const subject = shortOid(oid);
  const verdict = verdicts.find((one) => one.oid === oid);
  if (verdict?.verdict === "good" && isForge(verdict)) {
    const message = `Made of #${number} by GitHub's merge queue (${method}) and signed by GitHub's own key.`;
    return passed("merge-group", { subject, reason: "made-by-queue", message });
  }
  if (method === "rebase" && verdict?.verdict === "unsigned") {
    const message = `Rebased from #${number} by GitHub's merge queue, which does not sign what it rebases.`;
    return passed("merge-group", { subject, reason: "rebased-by-queue", message });
  }
  return failed("merge-group", {
    subject,
    reason: "not-made-by-queue",
    message: `The commit that stands in the queue for #${number} is not signed by GitHub's own key, so GitHub did not make it.`,
    remedy: QUEUE_AGAIN,
  });
}

const isForge = ({ identity, signer }: SignatureVerdict): boolean =>
  identity === "forge" || signer?.source === "forge";

const LISTED = 5;

/**
 * The commits that the queue made bring what the pull request brings, and nothing else; `strays` from `strayPaths`. Of a
 * repository with more files than GitHub lists, GitHub's signature stands alone for that, where there is one.
 */
export function contentFinding(
  { number, commits }: Member,
  method: QueueMethod,
  strays: Fact<readonly string[]>,
): Finding {
  const subject = shortOid(commits.at(-1)?.oid ?? "");
  if (!strays.known && strays.reason.code === "truncated" && method !== "rebase") {
    const message = `The files were not compared with those of #${number}, as GitHub does not list all of them.`;
    return noted("merge-group", { subject, reason: "files-not-compared", message });
  }
  if (!strays.known) return unclear("merge-group", subject, strays.reason);
  const paths = strays.value;
  if (paths.length === 0) {
    const message = `It brings the changes of #${number} and nothing else.`;
    return passed("merge-group", { subject, reason: "brings-its-pull-request", message });
  }
  const more = paths.length > LISTED ? ` and ${paths.length - LISTED} more` : "";
  return failed("merge-group", {
    subject,
    reason: "brings-something-else",
    message: `It does not bring exactly what #${number} does: ${paths.slice(0, LISTED).join(", ")}${more}.`,
    remedy: QUEUE_AGAIN,
  });
}

/** Nothing can be shown of a group that nobody answers for, so no gate passes. `observedAt` ISO 8601. */
export function unattributed(reason: UnknownReason, observedAt: string): Decision {
  const gates = GATES.map((gate): GateResult => ({
    gate,
    outcome: "unknown",
    findings: [unclear("merge-group", "merge group", reason, gate)],
  }));
  return decide(gates, { source: "unreadable", path: null, digest: null, commitOid: null }, observedAt);
}

/**
 * Results on the group's own head: what lands is tested as it lands. One that is not there yet is waited for, as tools
 * begin when the group is made.
 */
export function groupResultFindings(
  group: Pick<MergeGroup, "headOid" | "baseOid">,
  { url, observedAt }: { readonly url: string; readonly observedAt: string },
  results: Fact<readonly ResultFact[]>,
  policy: Policy,
): Finding[] {
  if (policy.results.length === 0) return [];
  const pullRequest = { url, head: { oid: group.headOid }, base: { oid: group.baseOid }, merge: null };
  return resultFindings({ observedAt, pullRequest, results }, policy).map((finding) => ({
    ...finding,
    message: `On the merge group: ${finding.message}`,
    waiting: finding.waiting || (finding.status === "fail" && finding.reason === "result-missing"),
  }));
}
