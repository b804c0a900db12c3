import type { Probot } from "probot";
import { CountersignError, isCountersignError } from "../../errors.js";
import { envelope, type Envelope } from "./shapes.js";
import type { FlowContext } from "../../flows/context.js";

/**
 * Works off one stored delivery: learns whose installation it is from, then lets Probot's handlers queue what the event
 * may have changed. Killed in between it runs again, and the same jobs are queued under the same keys.
 */
export async function processDelivery(context: FlowContext, probot: Probot, guid: string): Promise<void> {
  const delivery = await context.store.findDelivery(guid);
  if (delivery === null)
    throw new CountersignError("invariant-broken", `Delivery ${guid} has a job but no row.`);
  if (delivery.processedAt !== null) return;
  const json: unknown = JSON.parse(Buffer.from(delivery.payload).toString("utf8"));
  const told = envelope.parse(json);
  // Of a repository that was given away either account may be told: by whose installation, it does not say.
  if (!(delivery.event === "repository" && delivery.action === "transferred")) {
    await learnInstallation(context, told);
    await learnName(context, told);
  }
  await receive(probot, guid, delivery.event, json);
  await context.store.markDeliveryProcessed(guid, context.clock.now());
}

/**
 * The app may have been installed before we first ran, so every event teaches us its installation. It says nothing of
 * when that was, so whatever an installation event says counts for more.
 */
async function learnInstallation(
  { store }: FlowContext,
  { installation, repository }: Envelope,
): Promise<void> {
  if (installation === undefined || repository === undefined) return;
  const { id, login } = repository.owner;
  if ((await store.findTenant(id))?.installationId === installation.id) return;
  await store.saveTenant({ id, login, installationId: installation.id, suspended: false, asOf: new Date(0) });
}

/**
 * A repository that comes under another name than we know was renamed, and that was not told, or this is late. GitHub
 * tells its name when the repository is looked at, and everything that is worked on follows it.
 */
async function learnName({ store }: FlowContext, { repository }: Envelope): Promise<void> {
  if (repository === undefined) return;
  const { id, name, owner } = repository;
  const known = (await store.findRepository(owner.id, id))?.repository;
  if (known === undefined || (known.name === name && known.owner === owner.login)) return;
  const payload = { tenantId: owner.id, repository: { id, owner: owner.login, name } };
  await store.enqueue({ task: "watch-repository", payload });
}

/**
 * Hands the event to Probot's handlers. The shape was checked when the delivery came; Probot's own types take it from
 * here. It gathers what handlers throw into one error, which would hide when GitHub said to come back.
 */
async function receive(probot: Probot, id: string, name: string, payload: unknown): Promise<void> {
  const event: object = { id, name, payload };
  try {
    await probot.receive(event as Parameters<Probot["receive"]>[0]);
  } catch (error) {
    const errors: unknown[] = error instanceof AggregateError ? error.errors : [];
    throw errors.find((one) => isCountersignError(one)) ?? error;
  }
}
