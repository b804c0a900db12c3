import type { Case } from "../../../breakglass/case.js";
import { readCaseFile } from "../../../breakglass/stored.js";
import { gather } from "../../../facts/gather.js";
import type { Installation } from "../../../github/github.js";
import type { StoredCase } from "../../../store/case-store.js";
import type { FlowContext } from "../../context.js";
import { handsInCommits, handsInPull } from "../involvement.js";
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
  const involvement = await readInvolvement(context, installation, stored, subject.landing);
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
  { tenantId, repository, pullNumber }: StoredCase,
  { beforeOid, afterOid }: NonNullable<Case["landing"]>,
) {
  if (pullNumber === null) {
    return handsInCommits(await installation.branches.readPushedCommits(repository, beforeOid, afterOid));
  }
  const { facts } = await gather(
    { repository, number: pullNumber },
    {
      source: installation.facts,
      clock: context.clock,
      findPusher: (tip) => context.store.findPusher(tenantId, tip),
    },
  );
  return handsInPull(facts.pullRequest, facts);
}
