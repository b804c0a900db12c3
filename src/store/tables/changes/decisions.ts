import type { Queries } from "../../database.js";
import { toBigInt, toNumber } from "../../numbers.js";
import type { Decision as DecisionRow } from "../../prisma/client.js";
import type { CommitKey, NewDecision, StoredDecision } from "../../store.js";
import { lockName } from "../locks.js";

/**
 * Inserts a decision unless the newest of this pull request and head has the same digest. A verdict that changed and
 * changed back is three rows: the history is what auditors read.
 */
export async function insertDecision(
  queries: Queries,
  decision: NewDecision,
  decidedAt: Date,
): Promise<"inserted" | "unchanged" | "outdated"> {
  const tenantId = toBigInt(decision.tenantId);
  const repositoryId = toBigInt(decision.repository.id);
  await lockName(queries, `decisions:${decision.tenantId}/${decision.repository.id}#${decision.pullNumber}`);
  const newest = await queries.decision.findFirst({
    where: { tenantId, repositoryId, headOid: decision.headOid, pullNumber: decision.pullNumber },
    orderBy: { id: "desc" },
    select: { digest: true, observedAt: true },
  });
  // A worker that was held up may come with what it saw before another one saw more.
  if (newest !== null && newest.observedAt > decision.observedAt) return "outdated";
  if (newest?.digest === decision.digest) return "unchanged";
  await queries.$executeRaw`
    INSERT INTO decisions
      (tenant_id, repository_id, repository_owner, repository_name, pull_number, base_ref, head_oid, outcome,
       policy_digest, observed_at, decided_at, body, digest)
    VALUES
      (${tenantId}, ${repositoryId}, ${decision.repository.owner}, ${decision.repository.name},
       ${decision.pullNumber}, ${decision.baseRef}, ${decision.headOid}, ${decision.outcome},
       ${decision.policyDigest}, ${decision.observedAt}::timestamptz, ${decidedAt}::timestamptz,
       ${JSON.stringify(decision.body)}::json, ${decision.digest})`;
  return "inserted";
}

/**
 * The newest decision about this commit from each pull request that ever had it as its head, by number. One that has
 * moved on since is among them: whether it still counts is for the caller, who knows the pull requests of today.
 */
export async function latestDecisions(queries: Queries, commit: CommitKey): Promise<StoredDecision[]> {
  const newest = await queries.decision.groupBy({
    by: ["pullNumber"],
    where: ofCommit(commit),
    _max: { id: true },
  });
  const ids = newest.flatMap(({ _max }) => _max.id ?? []);
  const rows = await queries.decision.findMany({
    where: { id: { in: ids } },
    orderBy: { pullNumber: "asc" },
  });
  return rows.map(toDecision);
}

/** The newest decision on a pull request's head that was observed at or before `at`. */
export async function decisionAsOf(
  queries: Queries,
  commit: CommitKey,
  pullNumber: number,
  at: Date,
): Promise<StoredDecision | null> {
  const row = await queries.decision.findFirst({
    where: { ...ofCommit(commit), pullNumber, observedAt: { lte: at } },
    orderBy: { id: "desc" },
  });
  return row && toDecision(row);
}

const ofCommit = (commit: CommitKey) => ({
  tenantId: toBigInt(commit.tenantId),
  repositoryId: toBigInt(commit.repositoryId),
  headOid: commit.oid,
});

function toDecision(row: DecisionRow): StoredDecision {
  return {
    id: String(row.id),
    tenantId: toNumber(row.tenantId),
    repository: { id: toNumber(row.repositoryId), owner: row.repositoryOwner, name: row.repositoryName },
    pullNumber: row.pullNumber,
    baseRef: row.baseRef,
    headOid: row.headOid,
    outcome: row.outcome,
    policyDigest: row.policyDigest,
    observedAt: row.observedAt,
    decidedAt: row.decidedAt,
    body: row.body,
    digest: row.digest,
  };
}
