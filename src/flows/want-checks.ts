import { z } from "zod";
import { canonicalJson, sha256Hex } from "../evidence/canonical.js";
import { CountersignError } from "../errors.js";
import type { ChangeFacts } from "../facts/facts.js";
import type { Decision } from "../policy/finding.js";
import { readDecision } from "../policy/stored-decision.js";
import { renderChecks, type PullDecision, type RenderedCheck } from "../report/checks.js";
import type { CheckContent, StoredDecision, StoreTransaction } from "../store/store.js";

/** What a stored decision's body holds. */
export interface DecisionBody extends PullDecision {
  readonly controlled: boolean;
  readonly decision: Decision;
}

/**
 * States what the check runs of a pull request's head commit should say, joined over all open pull requests that have
 * this head, and queues their posting if that is news. While one of those is still undecided, nothing is stated that
 * would pass: it may be the stricter one.
 *
 * Call it with the commit's lock held.
 * @throws CountersignError `github-unavailable` if GitHub did not say which pull requests share the head
 */
export async function wantChecks(
  tx: StoreTransaction,
  tenantId: number,
  { repository, pullRequest, siblings }: ChangeFacts,
): Promise<void> {
  if (!siblings.known) {
    throw new CountersignError("github-unavailable", siblings.reason.message, {
      remedy: siblings.reason.remedy,
    });
  }
  const commit = { tenantId, repositoryId: repository.id, oid: pullRequest.head.oid };
  const open = [pullRequest.number, ...siblings.value.map(({ number }) => number)];
  const decisions = (await tx.latestDecisions(commit)).filter(({ pullNumber }) => open.includes(pullNumber));
  const undecided = open.filter((number) => !decisions.some(({ pullNumber }) => pullNumber === number));
  for (const number of undecided) {
    await tx.enqueue({ task: "evaluate-pull-request", payload: { tenantId, repository, number } });
  }
  const checks = renderChecks(decisions.map(readBody).filter(({ controlled }) => controlled));
  const statable = checks.filter(({ conclusion }) => undecided.length === 0 || conclusion !== "success");
  let news = false;
  for (const check of statable) {
    news = (await tx.wantCheck({ ...commit, name: check.name }, contentOf(check))) || news;
  }
  if (news) await tx.enqueue({ task: "publish-checks", payload: { tenantId, repository, oid: commit.oid } });
}

function contentOf(check: RenderedCheck): CheckContent {
  const { conclusion, title, summary, text, annotations } = check;
  const content = { conclusion, title, summary, text, annotations };
  return { ...content, digest: sha256Hex(canonicalJson(content)) };
}

const stored = z.object({
  controlled: z.boolean(),
  pull: z.object({ number: z.number(), title: z.string(), baseRef: z.string() }),
  decision: z.unknown(),
});

function readBody({ body }: StoredDecision): DecisionBody {
  const { controlled, pull, decision } = stored.parse(body);
  return { controlled, pull, decision: readDecision(decision) };
}
