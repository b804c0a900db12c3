import type { Probot } from "probot";
import type { FlowContext } from "../flows/context.js";
import { queueAudits } from "../flows/protection/queue-audits.js";
import { hearPush } from "./push.js";
import { accountOf, evaluateOpen, evaluateTenant, placeOf } from "./subjects.js";

/** What happens to branches: pushes, and changes of their protection. */
export function onBranch(app: Probot, context: FlowContext): void {
  app.on("push", async ({ id, payload }) => {
    await hearPush(context, id, payload);
  });

  app.on(
    ["branch_protection_rule.created", "branch_protection_rule.edited", "branch_protection_rule.deleted"],
    async ({ id, payload }) => {
      const place = placeOf(payload);
      const about = { kind: "classic", name: payload.rule.name, repositoryId: place.repository.id } as const;
      await noteProtection(context, id, place.tenantId, { ...about, ...payload });
      await evaluateOpen(context, place, null);
    },
  );

  app.on(
    ["repository_ruleset.created", "repository_ruleset.edited", "repository_ruleset.deleted"],
    async ({ id, payload }) => {
      const { repository, organization, repository_ruleset: ruleset } = payload;
      const about = { kind: "ruleset", name: ruleset.name } as const;
      if (repository) {
        const place = placeOf({ repository });
        const change = { ...about, repositoryId: place.repository.id, ...payload };
        await noteProtection(context, id, place.tenantId, change);
        await evaluateOpen(context, place, null);
      } else if (organization) {
        // An organization's ruleset may bind any of its repositories.
        await noteProtection(context, id, organization.id, { ...about, repositoryId: null, ...payload });
        await evaluateTenant(context, organization.id);
      }
    },
  );
}

interface Protection {
  readonly kind: "classic" | "ruleset";
  readonly name: string;
  readonly repositoryId: number | null;
  readonly action: "created" | "edited" | "deleted";
  readonly sender?: Parameters<typeof accountOf>[0];
}

/**
 * Protection that was off for a moment leaves no other trace: afterwards it reads as if it had always been there. Of two
 * changes the one that was told first is the earlier one, whichever of their jobs runs first.
 */
async function noteProtection(
  { store, clock }: FlowContext,
  guid: string,
  tenantId: number,
  { kind, name, repositoryId, action, sender }: Protection,
): Promise<void> {
  const change = { guid, tenantId, repositoryId, kind, action, name, by: accountOf(sender) };
  await store.noteProtectionChange({
    ...change,
    receivedAt: (await store.findDelivery(guid))?.receivedAt ?? clock.now(),
    occurredAt: await store.firstAttempt(guid),
    source: "webhook",
  });
  await queueAudits(store, tenantId, repositoryId);
}
