import { readCaseFile } from "../breakglass/stored.js";
import { diffOf } from "../breakglass/diff.js";
import type { Case } from "../breakglass/case.js";
import { deadlines } from "../breakglass/clocks.js";
import type { ChangeFacts } from "../facts/facts.js";
import type { Installation } from "../github/github.js";
import type { Emergencies, Freeze } from "../policy/emergencies.js";
import type { StoredCase } from "../store/case-store.js";
import type { FlowContext } from "./context.js";
import { issueUrl } from "./case/issue-url.js";
import { readUndone } from "./case/follow/follow-revert.js";

/**
 * The breached cases that freeze the base branch of an open pull request. One that is itself a way out of a case, its
 * retroactive pull request or its revert, is not held up by that case.
 */
export async function readFreezes(
  { store }: Pick<FlowContext, "store">,
  installation: Installation,
  tenantId: number,
  { repository, pullRequest }: ChangeFacts,
): Promise<Emergencies["freezes"]> {
  const freezes: Freeze[] = [];
  for (const stored of await store.openCases(tenantId, repository.id, pullRequest.base.ref)) {
    const { handling, repositoryUrl, case: subject } = readCaseFile(stored.body, stored.digest);
    if (!handling.freeze || !stored.breached || documents(subject, pullRequest)) continue;
    if (await isRevert(installation, stored, pullRequest)) continue;
    const clocks = deadlines(subject).filter(({ breached, met }) => breached && !met);
    // What was owed came late: the breach stays on record, and holds nobody up any more.
    if (clocks.length === 0) continue;
    freezes.push({
      caseId: stored.id,
      issueUrl: issueUrl(repositoryUrl, stored.repository, stored.issue),
      clocks: clocks.map(({ clock }) => clock),
      branch: stored.branch,
    });
  }
  return freezes;
}

/** Only what was accepted, and at that commit: naming a pull request in a command must not let it through. */
const documents = ({ documentation }: Case, { number, head }: ChangeFacts["pullRequest"]): boolean =>
  documentation?.pullRequest === number && documentation.headOid === head.oid;

/** Whether a pull request undoes what the case is about, and does nothing else. */
async function isRevert(
  installation: Installation,
  stored: StoredCase,
  { base, head }: ChangeFacts["pullRequest"],
): Promise<boolean> {
  const { landing } = readCaseFile(stored.body, stored.digest).case;
  if (landing === null) return false;
  if ((await readUndone(installation, stored.repository, landing, head.oid)) !== "reverted") return false;
  const { retroactive } = installation;
  const [before, after] = [
    await retroactive.readTree(stored.repository, landing.beforeOid),
    await retroactive.readTree(stored.repository, landing.afterOid),
  ];
  const [from, to] = [
    await retroactive.readTree(stored.repository, base.oid),
    await retroactive.readTree(stored.repository, head.oid),
  ];
  if (!before.known || !after.known || !from.known || !to.known) return false;
  const landed = diffOf(before.value, after.value);
  return [...diffOf(from.value, to.value).keys()].every((path) => landed.has(path));
}
