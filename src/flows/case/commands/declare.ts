import type { CaseEvent } from "../../../breakglass/event.js";
import { type Refusal, refuse } from "../../../breakglass/rules.js";
import { changeKeys } from "../../../breakglass/stored.js";
import type { Command } from "../../../breakglass/commands.js";
import { openCase } from "../../../breakglass/transition.js";
import { gather, type GatheredChange } from "../../../facts/gather.js";
import type { Installation } from "../../../github/github.js";
import { handlingOf, termsOf } from "../../../policy/break-glass.js";
import type { Policy } from "../../../policy/document.js";
import type { StoredCase } from "../../../store/ports/case-store.js";
import type { CommandSubject } from "../../../store/jobs.js";
import type { StoreTransaction } from "../../../store/store.js";
import { type FlowContext, gatherPorts } from "../../context.js";
import { readActor } from "../actor.js";
import { doubtOf } from "../basis.js";
import { CaseDraft, type CasePlace } from "../core/draft.js";
import { viewOf } from "../core/view.js";
import { asked } from "./asked.js";
import { refuseAlone, wantReply } from "./reply.js";
import { storeDraft } from "../core/store-draft.js";
import { lockCaseOf } from "../core/with-case.js";

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
  const change = await gather(subject, gatherPorts(context, installation, subject.tenantId));
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

type Usable =
  { readonly policy: Policy; readonly refusal: null } | { readonly policy: null; readonly refusal: Refusal };

/** Where nobody has said who may declare, nobody may. */
function usablePolicy({ facts, controlled, policy }: GatheredChange, open: readonly StoredCase[]): Usable {
  const refused = (...why: Parameters<typeof refuse>): Usable => ({ policy: null, refusal: refuse(...why) });
  if (facts.pullRequest.state !== "OPEN") return refused("already-landed", "The pull request is not open.");
  if (!controlled) return refused("nobody-authorised", "Its base branch is not a controlled one.");
  const doubt = doubtOf(open, policy);
  if (doubt !== null)
    return refused(
      "nobody-authorised",
      `The policy may have come around its gates: end ${doubt.case.id} first.`,
    );
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
