import { readCaseFile } from "../../../breakglass/stored.js";
import type { Installation } from "../../../github/github.js";
import type { StoredCase } from "../../../store/ports/case-store.js";
import type { FlowContext } from "../../context.js";
import { withCase } from "../core/with-case.js";

const DAY_MS = 86_400_000;
/** One emergency is no habit, however few changes there are beside it. */
const LEAST = 2;

/** Tells stakeholders, at most once a day and repository, that emergencies are more of all changes than the policy allows. */
export async function watchBudget(
  context: FlowContext,
  _installation: Installation,
  stored: StoredCase,
): Promise<void> {
  const { case: subject, handling } = readCaseFile(stored.body, stored.digest);
  const { landing } = subject;
  if (landing === null) return;
  const { tenantId, repository, id } = stored;
  const { percent, days } = handling.budget;
  const noticedAt = new Date(landing.noticedAt);
  const since = new Date(noticedAt.getTime() - days * DAY_MS);
  const counted = await context.store.countChanges(tenantId, repository.id, since);
  if (counted.bypasses < LEAST || counted.bypasses * 100 <= counted.changes * percent) return;
  const telling = `budget/${repository.id}/${landing.noticedAt.slice(0, 10)}`;
  const told = await context.store.alertsOf(tenantId, id);
  if (told.some((alert) => alert.id.startsWith(`${telling}/`))) return;
  await withCase(context, tenantId, id, (draft) => {
    draft.tell({ id: telling, occasion: { kind: "budget", at: landing.noticedAt, ...counted } });
  });
}
