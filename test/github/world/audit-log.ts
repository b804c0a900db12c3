import { randomBytes } from "node:crypto";
import type { Account, AuditLogEntry } from "./model.js";
import { Refusal } from "./refusal.js";
import type { World } from "./world.js";

/** Writes to an organization's audit log, whoever is told of it or not. */
export function log(
  world: World,
  account: Account,
  actor: Account,
  what: Pick<AuditLogEntry, "action" | "repo" | "details">,
): void {
  const id = randomBytes(16).toString("base64url");
  account.auditLog.push({ id, at: world.clock.now().getTime(), actor, ...what });
}

/** Entries that a phrase finds, the newest first. @throws Refusal 422 for a qualifier that is not emulated */
export function searchLog({ auditLog }: Account, phrase: string): AuditLogEntry[] {
  const tests = phrase
    .split(" ")
    .filter((qualifier) => qualifier !== "")
    .map(testOf);
  return auditLog.filter((entry) => tests.every((test) => test(entry))).reverse();
}

function testOf(qualifier: string): (entry: AuditLogEntry) => boolean {
  const [, name, value = ""] = /^(action|created):(?:>=)?(\S+)$/.exec(qualifier) ?? [];
  if (name === "action") return ({ action }) => action === value || action.startsWith(`${value}.`);
  const since = Date.parse(value);
  if (name !== "created" || Number.isNaN(since)) throw new Refusal(422, `cannot search for ${qualifier}`);
  return ({ at }) => at >= since;
}
