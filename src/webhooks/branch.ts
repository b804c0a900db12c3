import type { Probot } from "probot";
import type { FlowContext } from "../flows/context.js";
import { POLICY_PATH, TRUST_FOLDER } from "../policy/document.js";
import { accountOf, evaluateOpen, evaluateTenant, placeOf } from "./subjects.js";

const HEADS = "refs/heads/";

/** What happens to branches: pushes, and changes of their protection. */
export function onBranch(app: Probot, context: FlowContext): void {
  app.on("push", async ({ payload }) => {
    const place = placeOf(payload);
    const pusher = accountOf(payload.sender);
    if (!payload.ref.startsWith(HEADS)) return;
    const branch = payload.ref.slice(HEADS.length);
    if (pusher !== null && !payload.deleted) {
      await context.store.savePusher({
        tenantId: place.tenantId,
        repositoryId: place.repository.id,
        branch,
        oid: payload.after,
        pusher,
        at: context.clock.now(),
      });
    }
    if (!mayTouchControlFiles(payload)) return;
    // The default branch's policy says which branches are controlled, so it concerns pull requests into any.
    await evaluateOpen(context, place, branch === payload.repository.default_branch ? null : branch);
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
      const { repository, organization } = payload;
      if (repository) await evaluateOpen(context, placeOf({ repository }), null);
      // An organization's ruleset may bind any of its repositories.
      else if (organization) await evaluateTenant(context, organization.id);
    },
  );
}

interface Push {
  readonly forced: boolean;
  readonly commits: readonly {
    readonly added?: readonly string[];
    readonly modified?: readonly string[];
    readonly removed?: readonly string[];
  }[];
}

/** GitHub lists no more commits of a push: https://docs.github.com/webhooks/webhook-events-and-payloads#push */
const MAX_LISTED_COMMITS = 2048;

/** A branch that is forced back loses commits, which no payload lists. */
function mayTouchControlFiles({ forced, commits }: Push): boolean {
  if (forced || commits.length >= MAX_LISTED_COMMITS) return true;
  return commits
    .flatMap(({ added = [], modified = [], removed = [] }) => [...added, ...modified, ...removed])
    .some((path) => path === POLICY_PATH || path.startsWith(`${TRUST_FOLDER}/`));
}
