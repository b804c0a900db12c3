import type { CaseEvent } from "../../../breakglass/event.js";
import { type Refusal, refuse } from "../../../breakglass/rules.js";
import { changeKeys } from "../../../breakglass/stored.js";
import type { Command } from "../../../breakglass/commands.js";
import { openCase } from "../../../breakglass/transition.js";
import { CountersignError } from "../../../errors.js";
import type { GatheredChange } from "../../../facts/gather.js";
import type { Installation } from "../../../github/github.js";
import { handlingOf, termsOf } from "../../../policy/break-glass.js";
import type { Policy } from "../../../policy/document.js";
import type { StoredCase } from "../../../store/ports/case-store.js";
import type { CommandSubject } from "../../../store/jobs.js";
import type { StoreTransaction } from "../../../store/store.js";
import type { FlowContext } from "../../context.js";
import { gatherStanding, lookAtBase, type StandingChange } from "../../policy/footing.js";
import { readActor } from "../actor.js";
import { doubtOf } from "../basis.js";
import { CaseDraft, type CasePlace } from "../core/draft.js";
import { viewOf } from "../core/view.js";
import { asked } from "./asked.js";
import { refuseAlone, wantReply } from "./reply.js";
import { storeDraft } from "../core/store-draft.js";
import { lockCaseOf } from "../core/with-case.js";

/** An emergency waits for no more than this. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 1_000;

type DeclareCommand = Extract<Command, { kind: "declare" }>;

/**
 * Someone asks on a pull request to go around the gates. Judged by the policy of its base branch as it is now; the
 * check turns only after the case is announced (`announce.ts`).
 */
export async function declare(
  context: FlowContext,
  installation: Installation,
  subject: CommandSubject,
  command: DeclareCommand,
): Promise<void> {
  const { store } = context;
  const change = await gatherStanding(context, installation, subject);
  await awaitAccount(context, subject, change);
  const policy = usablePolicy(change, await openCasesOf(context, subject, change));
  if (policy.refusal !== null) {
    await store.transaction((tx) => refuseAlone(tx, context, subject, policy.refusal));
    return;
  }
  const { repository, pullRequest } = change.facts;
  const terms = termsOf(policy.policy);
  const event: CaseEvent<"declared"> = {
    ...asked(subject, command.reason),
    kind: "declared",
    by: await readActor(installation, repository, subject.comment.author, terms),
    headOid: pullRequest.head.oid,
  };
  await store.transaction((tx) =>
    open(tx, context, { subject, command, change, policy: policy.policy, event }),
  );
}

/**
 * A policy that someone has just brought says who may declare only once what brought it is on record: if that went around
 * the gates, its case is what refuses. The command waits for that as long as it is a matter of seconds.
 *
 * @throws CountersignError `github-unavailable` with the time of the next try
 */
async function awaitAccount(
  { store, clock }: FlowContext,
  { tenantId, comment }: CommandSubject,
  change: StandingChange,
): Promise<void> {
  if (change.standing.kind === "accounted") return;
  await lookAtBase(store, tenantId, change);
  const now = clock.now();
  if (now.getTime() - Date.parse(comment.at) >= PATIENCE_MS) return;
  throw new CountersignError(
    "github-unavailable",
    "Who may declare is said by a policy that is not accounted for yet.",
    { retryAt: new Date(now.getTime() + RETRY_MS) },
  );
}

type Usable =
  { readonly policy: Policy; readonly refusal: null } | { readonly policy: null; readonly refusal: Refusal };

/** Where nobody has said who may declare, nobody may. */
function usablePolicy(
  { facts, controlled, policy, standing }: StandingChange,
  open: readonly StoredCase[],
): Usable {
  const refused = (...why: Parameters<typeof refuse>): Usable => ({ policy: null, refusal: refuse(...why) });
  if (facts.pullRequest.state !== "OPEN") return refused("already-landed", "The pull request is not open.");
  if (!controlled) return refused("nobody-authorised", "Its base branch is not a controlled one.");
  const doubt = doubtOf(open, policy);
  if (doubt !== null)
    return refused(
      "nobody-authorised",
      `The policy may have come around its gates: end ${doubt.case.id} first.`,
    );
  if (standing.kind !== "accounted")
    return refused("nobody-authorised", "What brought the policy of its base branch is not on record yet.");
  return policy.kind === "usable"
    ? { policy: policy.policy, refusal: null }
    : refused("nobody-authorised", "The policy of its base branch cannot be used.");
}

const openCasesOf = (
  { store }: FlowContext,
  { tenantId }: CommandSubject,
  { facts: { repository, pullRequest } }: GatheredChange,
): Promise<StoredCase[]> => store.openCases(tenantId, repository.id, pullRequest.base.ref);

interface Declaration {
  readonly subject: CommandSubject;
  readonly command: DeclareCommand;
  readonly change: GatheredChange;
  readonly policy: Policy;
  readonly event: CaseEvent<"declared">;
}

async function open(tx: StoreTransaction, context: FlowContext, declaration: Declaration): Promise<void> {
  const { subject, command, event } = declaration;
  const place = placeOf(declaration);
  const { id, stored } = await lockCaseOf(tx, place.tenantId, place.changeKey);
  const draft = stored === null ? opened(id, place, declaration) : CaseDraft.of(stored);
  if (!(draft instanceof CaseDraft)) return refuseAlone(tx, context, subject, draft);
  const taken = stored === null ? null : draft.raise(event);
  if (draft.changed) await storeDraft(tx, draft);
  const view = await viewOf(tx, draft);
  await wantReply(
    tx,
    context,
    subject,
    taken === null || taken.ok
      ? { kind: "accepted", command, view }
      : { kind: "refused", refusal: taken.refusal, view },
  );
}

function placeOf({ subject: { tenantId }, change }: Declaration): CasePlace {
  const { repository, pullRequest } = change.facts;
  const { number, base } = pullRequest;
  const changeKey = changeKeys.pullRequest(repository.id, number);
  return { tenantId, changeKey, repository, branch: base.ref, pullNumber: number };
}

function opened(id: string, place: CasePlace, { policy, change, event }: Declaration): CaseDraft | Refusal {
  const opening = openCase({ id, change: place.changeKey, terms: termsOf(policy) }, event);
  if (!opening.ok) return opening.refusal;
  return CaseDraft.opened(
    place,
    {
      version: 1,
      case: opening.case,
      handling: handlingOf(policy),
      policyDigest: change.policy.identity.digest,
      successor: null,
      repositoryUrl: change.facts.pullRequest.url.replace(/\/pull\/\d+$/, ""),
      how: null,
      decision: null,
      changeRecordDigest: null,
      offer: null,
      appOpens: false,
    },
    opening.step,
  );
}
