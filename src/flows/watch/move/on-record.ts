import { z } from "zod";
import { isOnRecord, mayCoverNothing, type RecordedMove } from "../../../breakglass/detect/on-record.js";
import type { BranchKey, NewPush } from "../../../store/ports/branch-store.js";
import type { Store, StoredRecord } from "../../../store/store.js";

/** GUIDs of those pushes whose move itself is on record: of the others, what they brought says it all. */
export async function pushesOnRecord(
  store: Pick<Store, "pushRecordsAt">,
  branch: BranchKey,
  pushes: readonly NewPush[],
): Promise<ReadonlySet<string>> {
  const moves = pushes.filter(mayCoverNothing);
  if (moves.length === 0) return new Set();
  const ends = moves.flatMap(({ before, after }) => after ?? before ?? []);
  const records = (await store.pushRecordsAt(branch, [...new Set(ends)])).map(moveOf);
  return new Set(moves.filter((push) => isOnRecord(push, records)).map(({ guid }) => guid));
}

const pushBody = z.object({
  form: z.enum(["push", "force-push", "re-created", "deleted", "compared"]),
  before: z.string().nullable(),
  after: z.string().nullable(),
  deliveries: z.array(z.string()),
});

function moveOf({ body, occurredAt, recordedAt }: StoredRecord): RecordedMove {
  const { deliveries, ...move } = pushBody.parse(JSON.parse(body));
  return { ...move, told: deliveries.length > 0, occurredAt, recordedAt };
}
