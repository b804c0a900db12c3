import { pushInWords } from "../../../policy/evaluate-push.js";
import type { NewRecord } from "../../../store/store.js";
import { handsInCommits, involved } from "../../case/involvement.js";
import type { Landed } from "../../case/land.js";
import type { FlowContext } from "../../context.js";
import type { JudgedMove } from "./judge-move.js";
import type { BranchLook } from "../look.js";

/**
 * A move around the gates, as its case begins with it. `null` for a deletion: nothing has landed that could be
 * documented or reviewed; making the branch anew is a move of its own, from where it stood.
 */
export function landedMove(
  { clock, opensPullRequests }: Pick<FlowContext, "clock" | "opensPullRequests">,
  { subject }: BranchLook,
  { change, before, movers, facts, policy, decision }: JudgedMove,
  { changeKey, digest }: NewRecord,
): Landed | null {
  const { form, after, guids } = change;
  if (form === "deleted" || after === null) return null;
  const ofCommits = handsInCommits(facts.commits);
  const pushers = movers.accounts.flatMap((account) => involved(account, "pusher"));
  return {
    ...subject,
    changeKey,
    pullNumber: null,
    repositoryUrl: facts.repositoryUrl,
    how: form === "compared" ? "push" : form,
    policy,
    decision,
    recordDigest: digest,
    appMayOpen: opensPullRequests,
    event: {
      kind: "landed",
      id: `landed:${changeKey}`,
      at: clock.now().toISOString(),
      why: `${pushInWords(facts)} without a pull request.`,
      source: {
        kind: guids.length > 0 ? "delivery" : "comparison",
        url: `${facts.repositoryUrl}/compare/${before}...${after}`,
      },
      by: movers.last,
      change: changeKey,
      landedAt: facts.landedAt,
      beforeOid: before,
      afterOid: after,
      headOid: after,
      involvement: {
        people: [...pushers, ...ofCommits.people],
        unread: movers.unread ?? ofCommits.unread,
      },
    },
  };
}
