import { CountersignError, isCountersignError } from "../../../errors.js";
import type { IssuePlace } from "../../../facts/case-source.js";
import type { Installation } from "../../../github/github.js";
import { caseMarker } from "../../../report/case/markers.js";
import type { StoredCase, WantedIssue } from "../../../store/ports/case-store.js";
import type { CaseSubject } from "../../../store/jobs.js";
import { installationOf, type FlowContext } from "../../context.js";
import { UNKNOWN_ID } from "../core/want-issue.js";
import { withCase } from "../core/with-case.js";
import { announce } from "./announce.js";
import { postComment } from "./publish-comment.js";
import { reassess } from "./reassess.js";

/**
 * Makes GitHub show what is wanted of a case: its tracking issue first, then the comments on it in their order. When
 * all of it is there and everybody was told, the case is announced.
 */
export async function publishCase(context: FlowContext, subject: CaseSubject): Promise<void> {
  const { store } = context;
  const { tenantId, caseId } = subject;
  const installation = await installationOf(context, tenantId);
  const stored = await store.findCase(tenantId, caseId);
  if (installation === null || stored === null) return;
  // First of all: a declaration that has ended, or a freeze, does not wait until GitHub takes an issue's text.
  await reassess(context, subject);
  await findHome(context, stored);
  const wanted = await store.wantedIssue(tenantId, caseId);
  if (wanted === null) return;
  const number = await publishIssue(context, installation, stored, wanted);
  for (const comment of await store.unpostedComments(tenantId, caseId)) {
    await postComment(
      context,
      installation,
      comment,
      comment.on ?? { repository: wanted.repository, number },
    );
  }
  // Only then: by the next time they may be on their way, and would be sent twice.
  if (wanted.number === null) await hurryAlerts(context, subject);
  await announce(context, subject);
}

/** They waited for the issue that they lead to. */
async function hurryAlerts({ store }: FlowContext, { tenantId, caseId }: CaseSubject): Promise<void> {
  for (const { id, attempts } of await store.alertsOf(tenantId, caseId)) {
    if (attempts === 0) await store.enqueue({ task: "send-alert", payload: { tenantId, alertId: id } });
  }
}

/**
 * Finds the compliance repository that the policy names. If the app is not installed on it, the issue goes to the
 * repository itself: a case without an issue would be let go of.
 */
async function findHome({ store, logger }: FlowContext, stored: StoredCase): Promise<void> {
  const { tenantId, id } = stored;
  const wanted = await store.wantedIssue(tenantId, id);
  if (wanted?.repository.id !== UNKNOWN_ID) return;
  const known = await store.listRepositories(tenantId);
  const home = known.find(({ gone, repository }) => !gone && sameName(repository, wanted.repository));
  if (home === undefined) {
    const { owner, name } = wanted.repository;
    logger.error(
      { case: id, repository: `${owner}/${name}` },
      "The policy's compliance repository is not among those that the app is installed on; the issue goes to the repository itself",
    );
  }
  await store.transaction((tx) =>
    tx.wantIssue({ ...wanted, repository: home?.repository ?? stored.repository }),
  );
}

const sameName = (one: IssuePlace, other: IssuePlace): boolean =>
  `${one.owner}/${one.name}`.toLowerCase() === `${other.owner}/${other.name}`.toLowerCase();

async function publishIssue(
  context: FlowContext,
  installation: Installation,
  stored: StoredCase,
  wanted: WantedIssue,
): Promise<number> {
  if (wanted.number !== null && wanted.postedRevision === wanted.revision) return wanted.number;
  const { store, clock } = context;
  const { tenantId, caseId, revision } = wanted;
  const number = await post(context, installation, stored, wanted);
  const outcome = await store.markIssuePosted(tenantId, caseId, revision, number, clock.now());
  if (outcome === "overtaken") await store.enqueue({ task: "publish-case", payload: { tenantId, caseId } });
  // What was rendered before there was an issue has no link to it.
  if (outcome === "first")
    await withCase(context, tenantId, caseId, (draft) => {
      draft.touch();
    });
  return number;
}

async function post(
  context: FlowContext,
  { cases }: Installation,
  stored: StoredCase,
  wanted: WantedIssue,
): Promise<number> {
  const { store, clock } = context;
  const { tenantId, caseId, revision, repository, title, body, labels, open } = wanted;
  const content = { title, body, labels, open };
  // The last attempt may have got through without our hearing of it: look before making a second issue.
  const unheard = wanted.number === null && wanted.attemptedRevision > 0;
  const found = unheard ? await cases.findIssue(repository, caseMarker(caseId), stored.openedAt) : null;
  const number = wanted.number ?? found;
  await store.beginIssue(tenantId, caseId, revision, clock.now());
  try {
    if (number === null) return await cases.createIssue(repository, content);
    await cases.updateIssue(repository, number, content);
    return number;
  } catch (error) {
    if (!isCountersignError(error, "github-not-found")) throw error;
    await moveIssue(context, stored, wanted, number);
    throw new CountersignError(
      "github-unavailable",
      `There is no place for the issue of ${caseId} any more.`,
      {
        retryAt: clock.now(),
        cause: error,
      },
    );
  }
}

/** An issue that is gone is made anew; where none can be made, as the repository is gone or has none, in the case's own. */
async function moveIssue(
  { store }: FlowContext,
  stored: StoredCase,
  wanted: WantedIssue,
  number: number | null,
): Promise<void> {
  const { tenantId, caseId, repository } = wanted;
  if (number !== null) return store.renewIssue(tenantId, caseId, true);
  if (repository.id === stored.repository.id) {
    throw new CountersignError(
      "github-not-found",
      `No issue can be made in ${repository.owner}/${repository.name}.`,
      {
        remedy:
          "Switch on issues in the repository's settings, or name a compliance repository in the policy.",
      },
    );
  }
  await store.transaction((tx) => tx.wantIssue({ ...wanted, repository: stored.repository }));
}
