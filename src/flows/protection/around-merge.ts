import { z } from "zod";
import {
  changesAround,
  type MergeTimes,
  type Window,
  windowsAround,
  windowsOf,
} from "../../policy/drift/window.js";
import type { ToldChange } from "../../policy/drift/drift.js";
import type { Emergencies } from "../../policy/emergencies.js";
import type { BranchKey, ProtectionChange } from "../../store/ports/branch-store.js";
import type { Store, StoredRecord } from "../../store/store.js";

/** What speaks against protection having been whole when a merge landed. */
export interface AroundMerge {
  readonly changes: readonly ToldChange[];
  readonly windows: readonly Window[];
}

/** A change as it was told, at the time at which it happened as far as that is known. */
export const toTold = ({
  occurredAt,
  receivedAt,
  kind,
  action,
  name,
  by,
  source,
}: ProtectionChange): ToldChange => ({
  at: (occurredAt ?? receivedAt).toISOString(),
  kind,
  action,
  name,
  by,
  source,
});

/** Reads what is known by now of protection from the verdict that let a merge in until its facts were read. */
export async function readAround(
  store: Pick<Store, "protectionChanges" | "snapshotsOf">,
  branch: BranchKey,
  times: MergeTimes,
): Promise<AroundMerge> {
  const from = new Date(times.verdictAt ?? times.landedAt);
  const until = new Date(times.observedAt);
  const { tenantId, repositoryId } = branch;
  const told = await store.protectionChanges(tenantId, repositoryId, from, until);
  return {
    changes: changesAround(told.map(toTold), times),
    windows: windowsAround(windowsOf(await store.snapshotsOf(branch)), times),
  };
}

/** The same as the rules take it. */
export const asEmergencies = ({
  changes,
  windows,
}: AroundMerge): Pick<Emergencies, "protectionChanges" | "weaknesses"> => ({
  protectionChanges: changes.map(({ at, action, name, by }) => ({ at, action, name, by })),
  weaknesses: windows.map(({ opened, closed }) => ({
    after: opened?.after ?? null,
    until: closed?.until ?? null,
  })),
});

const before = z.object({
  before: z.object({ observedAt: z.string(), confirmedAt: z.string().optional() }).nullable(),
});

/** The times of a merge as its record has them. */
export function timesOf({ body, occurredAt, observedAt }: StoredRecord): MergeTimes {
  const verdict = before.parse(JSON.parse(body)).before;
  return {
    verdictAt: verdict?.confirmedAt ?? verdict?.observedAt ?? null,
    landedAt: occurredAt.toISOString(),
    observedAt: observedAt.toISOString(),
  };
}
