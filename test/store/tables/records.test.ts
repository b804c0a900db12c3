import { describe, expect, it } from "@jest/globals";
import { ManualClock } from "../../../src/clock.js";
import { sqlStateOf } from "../../../src/store/failures.js";
import type { NewRecord, RecordKind } from "../../../src/store/store.js";
import { eachDatabase, freshId } from "../../support/postgres.js";
import { aRecord, AT, LARGE } from "../samples.js";
import { minutes, REPOSITORY } from "./samples.js";

const CHECK_VIOLATION = "23514";
const KINDS: readonly RecordKind[] = [
  "merge",
  "push",
  "baseline",
  "break-glass",
  "break-glass-sealed",
  "break-glass-refused",
  "break-glass-issue",
];

eachDatabase(
  "records of changes and cases",
  (store) => {
    const append = (record: NewRecord): Promise<"appended" | "exists"> =>
      store().transaction((tx) => tx.appendRecord(record));

    it.each(KINDS)("of the kind %s are found by their key", async (kind) => {
      const record = aRecord({ kind });
      const { tenantId, changeKey } = record;
      expect(await append(record)).toBe("appended");
      expect(await append(record)).toBe("exists");
      const expected = { ...record, position: 0, recordedAt: AT };
      expect(await store().findRecord(tenantId, kind, changeKey)).toEqual(expected);
      await store().transaction(async (tx) => {
        expect(await tx.findRecord(tenantId, kind, changeKey)).toEqual(expected);
      });
      expect(await store().findRecord(freshId(), kind, changeKey)).toBeNull();
      const others = KINDS.filter((other) => other !== kind);
      for (const other of others) expect(await store().findRecord(tenantId, other, changeKey)).toBeNull();
    });

    it("are of no other kind, whoever inserts", async () => {
      const { tenantId } = aRecord();
      await append(aRecord({ tenantId }));
      const forge = store().sql(
        `INSERT INTO records SELECT tenant_id, position, 'break-glass-undone', change_key, repository_id, repository_owner,
                repository_name, branch, pull_number, head_oid, commit_oid, outcome, bypass, policy_digest, controls,
                occurred_at, observed_at, recorded_at, body, digest
           FROM records WHERE tenant_id = $1`,
        [tenantId],
      );
      await expect(forge.catch((error: unknown) => sqlStateOf(error))).resolves.toBe(CHECK_VIOLATION);
    });

    describe("of a case", () => {
      const caseId = "bg-0123456789";

      it("are its steps in their order, and nothing else", async () => {
        const tenantId = freshId();
        const keys: [RecordKind, string][] = [
          ["merge", caseId],
          ["break-glass", `${caseId}/landed`],
          ["break-glass-refused", `${caseId}/comment/1`],
          ["break-glass", `${caseId}0/landed`],
          ["break-glass-issue", `${caseId}/closed`],
          ["break-glass", "bg-0123456780/landed"],
          ["break-glass-sealed", caseId],
        ];
        for (const [kind, changeKey] of keys) await append(aRecord({ tenantId, kind, changeKey }));
        await append(aRecord({ kind: "break-glass", changeKey: `${caseId}/landed` }));

        const expected = [1, 2, 4, 6].map((position) => expect.objectContaining({ tenantId, position }));
        expect(await store().recordsOfCase(tenantId, caseId)).toEqual(expected);
        await store().transaction(async (tx) => {
          expect(await tx.recordsOfCase(tenantId, caseId)).toEqual(expected);
        });
      });

      it.each(["bg-%", "bg-__________", "%", "", "bg-0123456789/", "bg-0123456789/landed", "\\"])(
        "are not found by %j, as an id is no pattern",
        async (pattern) => {
          const tenantId = freshId();
          await append(aRecord({ tenantId, kind: "break-glass", changeKey: `${caseId}/landed` }));
          expect(await store().recordsOfCase(tenantId, pattern)).toEqual([]);
        },
      );
    });

    it("are counted as changes where they are merges and pushes since then, and as bypasses where they are", async () => {
      const tenantId = freshId();
      const records: Partial<NewRecord>[] = [
        { kind: "merge", bypass: true },
        { kind: "merge", occurredAt: minutes(1) },
        { kind: "push", outcome: "exempt", occurredAt: minutes(2) },
        { kind: "push", bypass: true, branch: "release", occurredAt: minutes(3) },
        { kind: "merge", bypass: true, occurredAt: minutes(-1) },
        { kind: "baseline" },
        { kind: "break-glass", bypass: true },
        { kind: "push", bypass: true, repository: { ...REPOSITORY, id: 7 } },
      ];
      for (const [n, record] of records.entries())
        await append(aRecord({ tenantId, changeKey: `${n}`, ...record }));
      await append(aRecord({ bypass: true }));
      expect(await store().countChanges(tenantId, LARGE, AT)).toEqual({ changes: 4, bypasses: 2 });
      expect(await store().countChanges(tenantId, LARGE, minutes(2))).toEqual({ changes: 2, bypasses: 1 });
      expect(await store().countChanges(freshId(), LARGE, AT)).toEqual({ changes: 0, bypasses: 0 });
    });
  },
  new ManualClock(AT),
);
