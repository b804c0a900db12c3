import { z } from "zod";
import { isCountersignError } from "../errors.js";
import type { RepositoryRef } from "../facts/facts.js";
import { ANNOTATIONS_A_REQUEST, type CheckRunContent, type PostedRun } from "../github/check-runs.js";
import type { Installation } from "../github/github.js";
import type { ShownCheck } from "../store/ports/healing-store.js";
import type { CommitSubject } from "../store/jobs.js";
import type { CommitKey, WantedCheck } from "../store/store.js";
import { installationOf, type FlowContext } from "./context.js";

/**
 * Makes GitHub show what the outbox says for one commit: only check runs whose stored content is newer than what was
 * posted last. Posting is noted before it begins and after it ended, so a crash in between is found and not repeated.
 */
export async function publishChecks(context: FlowContext, subject: CommitSubject): Promise<void> {
  const installation = await installationOf(context, subject.tenantId);
  if (installation === null) return;
  const commit = { tenantId: subject.tenantId, repositoryId: subject.repository.id, oid: subject.oid };
  if (await isOver(context, commit)) return;
  const unposted = (await context.store.wantedChecks(commit)).filter(
    ({ revision, postedRevision }) => revision > postedRevision,
  );
  // All of them or none: a half of a verdict says less than the one before it, and is dearer to go on with.
  await installation.checks.setAside(unposted.length);
  for (const wanted of unposted) await publish(context, installation, subject, wanted);
}

/** A merge group that has ended is told nothing more, unless a pull request has its commit as well. */
async function isOver({ store }: FlowContext, commit: CommitKey): Promise<boolean> {
  const group = await store.findMergeGroup(commit);
  if (!group?.ended) return false;
  return (await store.openPullRequestsAt(commit)).length === 0;
}

async function publish(
  { store, clock }: FlowContext,
  { checks }: Installation,
  subject: CommitSubject,
  wanted: WantedCheck,
): Promise<void> {
  const { key, revision } = wanted;
  const content = contentOf(wanted);
  // An attempt may have got through without our hearing of it, this revision's or an earlier one's: look before
  // creating a second run.
  const inDoubt = wanted.attemptedRevision > wanted.postedRevision;
  const last = inDoubt ? await checks.newest(subject.repository, content) : null;
  const done = last !== null && isPosted(content, last) ? last.id : null;
  if (done === null) await store.beginPosting(key, revision, clock.now());
  const current = last === null ? wanted.checkRunId : last.annotated ? null : last.id;
  const checkRunId = done ?? (await post(checks, subject.repository, content, current));
  // GitHub only ever adds annotations, so a run that has some is not rewritten: the next one takes its place.
  const rewritable = content.annotations.length === 0;
  const outcome = await store.markPosted(key, revision, rewritable ? checkRunId : null, clock.now());
  if (outcome === "overtaken") await store.enqueue({ task: "publish-checks", payload: subject });
}

/** With more annotations than one request takes it may have got through in part, and is then better made anew. */
const isPosted = ({ externalId, annotations }: CheckRunContent, run: PostedRun): boolean =>
  run.externalId === externalId && annotations.length <= ANNOTATIONS_A_REQUEST;

async function post(
  checks: Installation["checks"],
  repository: RepositoryRef,
  content: CheckRunContent,
  current: number | null,
): Promise<number> {
  if (current === null || content.annotations.length > 0) return checks.create(repository, content);
  try {
    await checks.update(repository, current, content);
    return current;
  } catch (error) {
    // GitHub drops old ones: https://docs.github.com/rest/guides/using-the-rest-api-to-interact-with-checks
    if (!isCountersignError(error, "github-not-found")) throw error;
    return checks.create(repository, content);
  }
}

/** What a check run of ours is found again by on GitHub: one a revision and content. */
export const externalIdOf = ({
  name,
  revision,
  digest,
}: Pick<ShownCheck, "name" | "revision" | "digest">): string => `${name}@${revision}:${digest.slice(0, 16)}`;

const annotation = z.object({
  path: z.string(),
  start_line: z.number(),
  end_line: z.number(),
  annotation_level: z.enum(["notice", "warning", "failure"]),
  title: z.string(),
  message: z.string(),
});
const CONCLUSIONS = ["success", "failure", "neutral", "action_required", "pending"] as const;
const action = z.object({ label: z.string(), description: z.string(), identifier: z.string() });
const posted = z.object({
  conclusion: z.enum(CONCLUSIONS),
  annotations: z.array(annotation),
  actions: z.array(action),
});

function contentOf({ key, content, revision }: WantedCheck): CheckRunContent {
  const { title, summary, text } = content;
  const { conclusion, annotations, actions } = posted.parse(content);
  return {
    name: key.name,
    headOid: key.oid,
    externalId: externalIdOf({ name: key.name, revision, digest: content.digest }),
    conclusion,
    title,
    summary,
    text,
    annotations,
    actions,
  };
}
