import { type CaseFile, readCaseFile } from "../breakglass/stored.js";
import { diffOf } from "../breakglass/diff.js";
import type { Case, ClockName } from "../breakglass/case.js";
import { deadlines } from "../breakglass/clocks.js";
import type { ChangeFacts } from "../facts/facts.js";
import type { GatheredChange } from "../facts/gather.js";
import type { Installation } from "../github/github.js";
import type { Doubt, Emergencies, Freeze } from "../policy/emergencies.js";
import type { StoredCase } from "../store/ports/case-store.js";
import type { FlowContext } from "./context.js";
import { isDoubtful, isOrphaned } from "./case/basis.js";
import { issueUrl } from "./case/issue-url.js";
import { readUndone } from "./case/follow/follow-revert.js";

/** What the open cases of a branch say against a pull request into it. */
export type Hindrances = Pick<Emergencies, "freezes" | "doubts">;

/**
 * Reads what the open cases of its base branch say against a pull request: that one in breach freezes the branch, or
 * that the policy which judges may itself have come around the gates. One that is itself a way out of a case, its
 * retroactive pull request or its revert, is not held up by that case.
 */
export async function readHindrances(
  { store }: Pick<FlowContext, "store">,
  installation: Installation,
  tenantId: number,
  { facts, policy }: Pick<GatheredChange, "facts" | "policy">,
): Promise<Hindrances> {
  const { repository, pullRequest } = facts;
  const freezes: Freeze[] = [];
  const doubts: Doubt[] = [];
  for (const stored of await store.openCases(tenantId, repository.id, pullRequest.base.ref)) {
    const file = readCaseFile(stored.body, stored.digest);
    const clocks = freezingClocks(file, pullRequest);
    // Where nobody can end the case, only a policy that comes through the gates can say who does.
    const doubtful = isDoubtful(stored, policy) && !isOrphaned(file);
    if (clocks.length === 0 && !doubtful) continue;
    if (await isRevert(installation, stored, pullRequest)) continue;
    const { id: caseId, branch } = stored;
    const url = issueUrl(file.repositoryUrl, stored.issue);
    if (clocks.length > 0) freezes.push({ caseId, issueUrl: url, clocks, branch });
    if (doubtful) doubts.push({ kind: "case", caseId, issueUrl: url });
  }
  return { freezes, doubts };
}

/** The clocks in breach for which a case freezes its branch. What came late is on record, and holds nobody up any more. */
function freezingClocks(
  { handling, case: subject }: CaseFile,
  pullRequest: ChangeFacts["pullRequest"],
): ClockName[] {
  if (!handling.freeze || pullRequest.merge !== null || documents(subject, pullRequest)) return [];
  return deadlines(subject)
    .filter(({ breached, met }) => breached && !met)
    .map(({ clock }) => clock);
}

/** Only what was accepted, and at that commit: naming a pull request in a command must not let it through. */
const documents = ({ documentation }: Case, { number, head }: ChangeFacts["pullRequest"]): boolean =>
  documentation?.pullRequest === number && documentation.headOid === head.oid;

/** Whether a pull request undoes what the case is about, and does nothing else. */
async function isRevert(
  { retroactive }: Installation,
  stored: StoredCase,
  pullRequest: ChangeFacts["pullRequest"],
): Promise<boolean> {
  const { landing } = readCaseFile(stored.body, stored.digest).case;
  const ends = endsOf(pullRequest);
  if (landing === null || ends === null) return false;
  const { repository } = stored;
  if ((await readUndone({ retroactive }, repository, landing, ends.to)) !== "reverted") return false;
  const before = await retroactive.readTree(repository, landing.beforeOid);
  const after = await retroactive.readTree(repository, landing.afterOid);
  const from = await retroactive.readTree(repository, ends.from);
  const to = await retroactive.readTree(repository, ends.to);
  if (!before.known || !after.known || !from.known || !to.known) return false;
  const landed = diffOf(before.value, after.value);
  return [...diffOf(from.value, to.value).keys()].every((path) => landed.has(path));
}

/** From where to where it leads, or led, its base branch; `null`: not known. */
function endsOf({ base, head, merge }: ChangeFacts["pullRequest"]): { from: string; to: string } | null {
  if (merge === null) return { from: base.oid, to: head.oid };
  return merge.landing.known ? { from: merge.landing.value.before, to: merge.commitOid } : null;
}
