import type { Probot } from "probot";
import type { FlowContext } from "../flows/context.js";
import { POLICY_PATH, TRUST_FOLDER } from "../policy/document.js";
import { accountOf, evaluateOpen, placeOf } from "./subjects.js";

const HEADS = "refs/heads/";

/** What happens to branches: pushes, and changes of their protection. */
export function onBranch(app: Probot, context: FlowContext): void {
  app.on("push", async ({ payload }) => {
    const place = placeOf(payload);
    const pusher = accountOf(payload.sender);
    if (!payload.ref.startsWith(HEADS)) return;
    if (pusher !== null && !payload.deleted) {
      await context.store.savePusher({
        tenantId: place.tenantId,
        repositoryId: place.repository.id,
        oid: payload.after,
        pusher,
        at: context.clock.now(),
      });
    }
    if (touchesControlFiles(payload.commits))
      await evaluateOpen(context, place, payload.ref.slice(HEADS.length));
  });

  app.on(
    ["branch_protection_rule.created", "branch_protection_rule.edited", "branch_protection_rule.deleted"],
    async ({ payload }) => {
      await evaluateOpen(context, placeOf(payload), null);
    },
  );

  app.on(
    ["repository_ruleset.created", "repository_ruleset.edited", "repository_ruleset.deleted"],
    async ({ payload }) => {
      if (payload.repository) await evaluateOpen(context, placeOf({ repository: payload.repository }), null);
    },
  );
}

interface PushedCommit {
  readonly added?: readonly string[];
  readonly modified?: readonly string[];
  readonly removed?: readonly string[];
}

function touchesControlFiles(commits: readonly PushedCommit[]): boolean {
  return commits
    .flatMap(({ added = [], modified = [], removed = [] }) => [...added, ...modified, ...removed])
    .some((path) => path === POLICY_PATH || path.startsWith(`${TRUST_FOLDER}/`));
}
