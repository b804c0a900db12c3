import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import type { RepositorySubject } from "../../../src/store/jobs.js";
import type { RepositoryHandle } from "../../github/scenario.js";
import type { ClassicRule } from "../../github/world/model.js";
import type { Cast } from "../../support/cast.js";
import type { ReadRecord } from "../../support/record-book.js";

const MINUTE_MS = 60_000;

export const drift = z.looseObject({
  attribution: z.string(),
  cause: z.string(),
  changes: z.array(
    z.looseObject({
      action: z.string(),
      at: z.string(),
      by: z.looseObject({ login: z.string() }).nullable(),
    }),
  ),
  landed: z.array(z.looseObject({ changeKey: z.string(), bypass: z.boolean() })),
  window: z.looseObject({ opened: z.unknown(), closed: z.unknown() }).nullable(),
  now: z.looseObject({ misses: z.array(z.looseObject({ reason: z.string() })) }),
});

type Drift = Omit<ReadRecord, "body"> & { readonly body: z.infer<typeof drift> };

/** What the tests of audits do again and again. */
export interface Desk {
  readonly quiet: () => Promise<void>;
  readonly audit: (repository: RepositoryHandle) => Promise<void>;
  readonly seen: (name: string) => Promise<RepositoryHandle>;
  readonly untold: <T>(happen: () => Promise<T> | T) => Promise<T>;
  readonly protectionOf: (repository: RepositoryHandle) => ClassicRule;
  readonly drifts: (repository: RepositoryHandle) => Promise<Drift[]>;
  readonly reassessed: (repository: RepositoryHandle) => Promise<ReadRecord[]>;
  readonly subjectOf: (repository: RepositoryHandle) => RepositorySubject;
  readonly cases: (repository: RepositoryHandle) => Promise<readonly unknown[]>;
}

/** Audits in an organization whose audit log may be read, or may not. They have to be the last of their suite. */
export function auditLogCases(cast: () => Cast, desk: Desk): void {
  const { quiet, audit, seen, untold, protectionOf, drifts, reassessed, subjectOf } = desk;

  describe("with the audit log", () => {
    const readLog = async ({ repo }: RepositoryHandle) => {
      cast().clock.advance(2 * MINUTE_MS);
      await cast().scene.app.store.enqueue({ task: "read-audit-log", payload: { tenantId: repo.owner.id } });
      await quiet();
    };
    const asked = (from: number) =>
      cast()
        .github.requests.slice(from)
        .filter(({ operation }) => operation === "orgs/get-audit-log");
    /** An hour later, when what was refused is asked again, with other permissions or another plan. */
    const anHourLater = async (granted: Readonly<Record<string, "read">>) => {
      const { clock, github, installation, organization, scene } = cast();
      await quiet();
      clock.advance(61 * MINUTE_MS);
      organization.onEnterprise();
      github.office.revokeAll();
      installation.acceptPermissions({ ...installation.installation.permissions, ...granted });
      await scene.troubles();
      await scene.hurried();
      await quiet();
    };
    const off = (repository: RepositoryHandle) =>
      untold(() => {
        repository.unprotect(protectionOf(repository));
      });

    it("refused, nobody is named, nothing fails, and it is not asked again within the hour", async () => {
      const repository = await seen("refused");
      const from = cast().github.requests.length;
      await anHourLater({});
      // By the look that the app has at everything from time to time.
      expect(asked(from)).toHaveLength(1);
      await off(repository);
      await audit(repository);
      await readLog(repository);
      expect(await drifts(repository)).toMatchObject([
        { outcome: "weakened", body: { attribution: "unknown", changes: [] } },
      ]);
      expect(asked(from)).toMatchObject([{ status: 403 }]);
    });

    it("permitted, it names who it was and when, and what webhooks told is not told twice", async () => {
      const repository = await seen("logged");
      await anHourLater({ organization_administration: "read" });
      const at = cast().clock.now();
      await off(repository);
      await audit(repository);
      const [found, ...more] = await drifts(repository);
      expect(more).toEqual([]);
      const login = repository.repo.owner.login;
      expect(found).toMatchObject({
        outcome: "weakened",
        body: {
          attribution: "told",
          changes: [{ action: "deleted", name: "main", by: { login }, source: "audit-log" }],
        },
      });
      const changedAt = Date.parse(found?.body.changes[0]?.at ?? "");
      expect(changedAt - at.getTime()).toBeGreaterThanOrEqual(MINUTE_MS);
      expect(changedAt - at.getTime()).toBeLessThan(2 * MINUTE_MS);

      cast().protect(repository, "main");
      await audit(repository);
      await readLog(repository);
      await audit(repository);
      const all = await drifts(repository);
      expect(all.map(({ outcome }) => outcome)).toEqual(["weakened", "restored"]);
      expect(all[1]?.body.changes).toMatchObject([{ action: "created", source: "webhook" }]);
    });

    it("off, merge, on without any webhook, and as before at each audit, is found and is a bypass", async () => {
      const { clock, scene, admin } = cast();
      const repository = await untold(() => seen("unseen"));
      // What was done before the branch was first seen is no drift, though no webhook told of it either.
      await readLog(repository);
      expect(await drifts(repository)).toEqual([]);
      const pull = await cast().greenPull(repository, "topic");
      await untold(async () => {
        const rule = protectionOf(repository);
        const { pullRequest, signatures } = rule;
        const weaker = repository.editProtection(rule, { pullRequest: null, signatures: false });
        clock.advance(MINUTE_MS);
        await pull.merge(admin);
        clock.advance(MINUTE_MS);
        repository.editProtection(weaker, { pullRequest, signatures });
      });
      const payload = { ...subjectOf(repository), branch: "main" };
      await scene.app.store.enqueue({ task: "watch-branch", payload });
      await audit(repository);
      expect(await cast().records(pull)).toMatchObject([{ outcome: "passed", bypass: false }]);
      expect(await drifts(repository)).toEqual([]);

      await readLog(repository);
      const [found, ...more] = await drifts(repository);
      expect(more).toEqual([]);
      const edited = { action: "edited", source: "audit-log" };
      expect(found).toMatchObject({
        outcome: "changed",
        body: { attribution: "told", changes: Array.from({ length: 4 }, () => edited) },
      });
      expect(await reassessed(repository)).toMatchObject([{ bypass: true, pullNumber: pull.number }]);
      expect(await desk.cases(repository)).toMatchObject([{ pullNumber: pull.number, state: "landed" }]);

      // However often it is read.
      await readLog(repository);
      expect(await drifts(repository)).toHaveLength(1);
    });
  });
}
