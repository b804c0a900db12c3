import type { Case, Landing } from "../../../breakglass/case.js";
import type { Involvement } from "../../../breakglass/roles.js";
import { readCaseFile } from "../../../breakglass/stored.js";
import { gather } from "../../../facts/gather.js";
import type { Installation } from "../../../github/github.js";
import type { StoredCase } from "../../../store/ports/case-store.js";
import { type FlowContext, gatherPorts } from "../../context.js";
import { moversOf } from "../../watch/move/movers.js";
import { handsInCommits, handsInPull, involved } from "../involvement.js";
import { withCase } from "../core/with-case.js";

/**
 * Reads again who had a hand in the change, where that could not be read in full before: without it nobody can be shown
 * to be independent, and the case could not go on.
 */
export async function refreshInvolvement(
  context: FlowContext,
  installation: Installation,
  stored: StoredCase,
): Promise<void> {
  const { case: subject } = readCaseFile(stored.body, stored.digest);
  if (subject.landing === null || subject.involvement.unread === null) return;
  const involvement = await readInvolvement(context, installation, stored, subject, subject.landing);
  if (involvement.unread !== null) return;
  const at = context.clock.now().toISOString();
  await withCase(context, stored.tenantId, stored.id, (draft) => {
    draft.raise({
      kind: "involvement-read",
      id: `involvement:${at}`,
      at,
      why: "Who had a hand in the change can be read now.",
      source: { kind: "comparison", url: null },
      by: null,
      involvement,
    });
  });
}

async function readInvolvement(
  context: FlowContext,
  installation: Installation,
  stored: StoredCase,
  subject: Case,
  landing: Landing,
): Promise<Involvement> {
  const { tenantId, repository, pullNumber } = stored;
  if (pullNumber === null) return readPush(installation, stored, subject, landing);
  const { facts } = await gather(
    { repository, number: pullNumber },
    gatherPorts(context, installation, tenantId),
  );
  return handsInPull(facts.pullRequest, facts);
}

/** Whoever wrote the commits, and whoever pushed them: as long as one of the two is not told, someone may be missing. */
async function readPush(
  { branches }: Installation,
  { repository, branch }: StoredCase,
  { steps }: Case,
  { beforeOid: before, afterOid: after, by }: Landing,
): Promise<Involvement> {
  const ofCommits = handsInCommits(await branches.readPushedCommits(repository, before, after));
  const told = steps.some(({ event }) => event.kind === "landed" && event.source.kind === "delivery");
  const pusher = told ? by : null;
  const movers = moversOf(
    { before, after, pusher, at: null },
    await branches.readActivity(repository, branch),
  );
  return {
    people: [...movers.accounts.flatMap((account) => involved(account, "pusher")), ...ofCommits.people],
    unread: movers.unread ?? ofCommits.unread,
  };
}
