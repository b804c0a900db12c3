import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { z } from "zod";
import { unknown } from "../../../src/facts/facts.js";
import type { FlowContext } from "../../../src/flows/context.js";
import { auditBranch } from "../../../src/flows/protection/audit-branch.js";
import { settleAudit } from "../../../src/flows/protection/settle-audit.js";
import { connectGitHub } from "../../../src/github/github.js";
import { silentLogger } from "../../../src/logger.js";
import { resolvePolicy } from "../../../src/policy/resolve.js";
import { Verifier } from "../../../src/signatures/verifier.js";
import type { PullRequestHandle, RepositoryHandle } from "../../github/scenario.js";
import { type Cast, withCast } from "../../support/cast.js";
import { type ReadRecord, RecordBook } from "../../support/record-book.js";
import { until } from "../../support/until.js";
import { Receiver } from "../break-glass/time/receiver.js";
import { auditLogCases, drift } from "./audit-log-cases.js";

const MINUTE_MS = 60_000;
/** A port on which nothing listens. */
const NOWHERE = "http://127.0.0.1:1/api/github/webhooks";

let receiver: Receiver;
beforeAll(async () => {
  receiver = await Receiver.start();
});
afterAll(async () => {
  await receiver.close();
});

withCast("what protects a controlled branch", audits, ["postgres"], () => ({
  channels: [receiver.channel("security")],
}));

function audits(cast: () => Cast): void {
  const quiet = async () => {
    await cast().scene.settled();
    await cast().scene.hurried();
  };
  const book = (repository: RepositoryHandle) => new RecordBook(cast().scene.app.store, repository.repo);
  const subjectOf = ({ repo }: RepositoryHandle) => ({
    tenantId: repo.owner.id,
    repository: { id: repo.id, owner: repo.owner.login, name: repo.name },
  });
  const drifts = async (repository: RepositoryHandle) =>
    (await book(repository).all())
      .filter(({ kind }) => kind === "protection-drift")
      .map((record) => ({ ...record, body: drift.parse(record.body) }));
  const reassessed = async (repository: RepositoryHandle): Promise<ReadRecord[]> =>
    (await book(repository).all()).filter(({ kind }) => kind === "merge-reassessed");
  /** What stakeholders were told, repetitions included. */
  const told = ({ repo }: RepositoryHandle) =>
    receiver.about(`protection ${repo.id} main`).map(({ kind }) => kind);

  /** As the hourly look does. */
  const audit = async (repository: RepositoryHandle) => {
    await quiet();
    cast().clock.advance(2 * MINUTE_MS);
    const payload = { ...subjectOf(repository), branch: "main" };
    await cast().scene.app.store.enqueue({ task: "audit-branch", payload });
    await quiet();
  };
  /** A repository whose branch was audited, with someone to tell. */
  const seen = async (name: string, more: Parameters<Cast["repository"]>[1] = {}) => {
    const policy = cast().policy(["breakGlass:", "  routes:", "    - channels: [security]"]);
    const repository = await cast().repository(name, { ".github/countersign.yml": policy, ...more });
    await cast().scene.app.store.enqueue({ task: "watch-repository", payload: subjectOf(repository) });
    await audit(repository);
    expect(await drifts(repository)).toEqual([]);
    return repository;
  };
  const protectionOf = ({ repo }: RepositoryHandle) => {
    const [rule] = repo.protections;
    if (rule === undefined) throw new Error("nothing protects the branch");
    return rule;
  };
  const untold = async <T>(happen: () => Promise<T> | T): Promise<T> => {
    await cast().scene.settled();
    cast().clock.advance(MINUTE_MS);
    cast().github.dropWebhooks(Number.MAX_SAFE_INTEGER);
    try {
      return await happen();
    } finally {
      cast().github.dropWebhooks(0);
    }
  };
  /** What happens meanwhile GitHub tries to tell, and cannot. */
  const whileAway = async <T>(happen: () => Promise<T>): Promise<T> => {
    const { webhooks } = cast().github;
    const { url } = webhooks;
    await cast().scene.settled();
    webhooks.url = NOWHERE;
    try {
      const outcome = await happen();
      await webhooks.settled();
      return outcome;
    } finally {
      webhooks.url = url;
    }
  };
  const verdict = (repository: RepositoryHandle, pull: PullRequestHandle) =>
    cast().conclusions(repository, pull.headOid)["countersign/protection"];

  it("is found weakened and restored where no webhook told of it, and what is open is judged again", async () => {
    const repository = await seen("untold");
    const pull = await cast().greenPull(repository, "topic");
    await untold(() => {
      repository.unprotect(protectionOf(repository));
    });
    await quiet();
    expect(verdict(repository, pull)).toBe("success");
    await audit(repository);
    const [weakened, ...more] = await drifts(repository);
    expect(more).toEqual([]);
    expect(weakened).toMatchObject({
      outcome: "weakened",
      bypass: false,
      controls: expect.arrayContaining(["NIST-800-53r5:CM-5", "NIST-800-53r5:CM-6"]),
      body: {
        cause: "protection",
        attribution: "unknown",
        changes: [],
        landed: [],
        window: { closed: null },
      },
    });
    expect(weakened?.body.now.misses).toMatchObject([{ reason: "unprotected" }]);
    expect(verdict(repository, pull)).not.toBe("success");
    expect(told(repository)).toEqual(["protection-weakened"]);

    // Seen once it is not news.
    await audit(repository);
    expect(await drifts(repository)).toHaveLength(1);

    await untold(() => cast().protect(repository, "main"));
    await audit(repository);
    const [, restored] = await drifts(repository);
    expect(restored).toMatchObject({ outcome: "restored", body: { landed: [] } });
    expect(restored?.body.window?.closed).not.toBeNull();
    expect(verdict(repository, pull)).toBe("success");
    expect(told(repository)).toEqual(["protection-weakened", "protection-restored"]);
  });

  it("costs one request where nothing changed, and nothing is evaluated again", async () => {
    const { github, scene } = cast();
    const repository = await seen("quiet");
    await cast().greenPull(repository, "topic");
    await quiet();
    const from = github.requests.length;
    await audit(repository);
    expect(github.requests.slice(from).map(({ operation }) => operation)).toEqual(["BaseBranch"]);
    const snapshots = await scene.sql("SELECT sequence FROM protection_snapshots WHERE repository_id = $1", [
      repository.repo.id,
    ]);
    expect(snapshots).toEqual([{ sequence: 0 }]);
  });

  it("told in order: off, merge, on are two drifts with who it was, one bypass, one case", async () => {
    const { admin } = cast();
    const repository = await seen("in-order");
    const pull = await cast().greenPull(repository, "topic");
    repository.unprotect(protectionOf(repository));
    await quiet();
    cast().clock.advance(2 * MINUTE_MS);
    await cast().merge(pull, admin);
    cast().protect(repository, "main");
    await audit(repository);

    const found = await drifts(repository);
    expect(found.map(({ outcome }) => outcome)).toEqual(["weakened", "restored"]);
    const owner = repository.repo.owner.login;
    expect(found.map(({ body }) => body)).toMatchObject([
      { attribution: "told", changes: [{ action: "deleted", by: { login: owner } }], landed: [] },
      {
        attribution: "told",
        changes: [{ action: "created", by: { login: owner } }],
        landed: [{ changeKey: `${repository.repo.id}#${pull.number}`, bypass: true }],
      },
    ]);
    expect(await cast().records(pull)).toMatchObject([{ bypass: true }]);
    expect(await reassessed(repository)).toEqual([]);
    expect(await book(repository).cases()).toMatchObject([{ pullNumber: pull.number }]);
  });

  it("off, merge, on told too late: the record stays, another one refers to it, and the case is opened", async () => {
    const { github, scene, admin } = cast();
    const repository = await seen("too-late");
    const pull = await cast().greenPull(repository, "topic");
    const from = github.webhooks.deliveries.length;
    await whileAway(async () => {
      cast().clock.advance(MINUTE_MS);
      const rule = protectionOf(repository);
      repository.unprotect(rule);
      cast().clock.advance(MINUTE_MS);
      await pull.merge(admin);
      cast().clock.advance(MINUTE_MS);
      // Put back as it was: GitHub shows no difference.
      repository.repo.protections.push(rule);
      repository.unprotect(rule);
      repository.repo.protections.push(rule);
    });
    cast().clock.advance(MINUTE_MS);
    await scene.app.store.enqueue({
      task: "watch-branch",
      payload: { ...subjectOf(repository), branch: "main" },
    });
    await quiet();
    const [merge] = await cast().records(pull);
    expect(merge).toMatchObject({ outcome: "passed", bypass: false });
    expect(await book(repository).cases()).toEqual([]);

    const failed = github.webhooks.deliveries.slice(from).filter(({ statusCode }) => statusCode === 0);
    cast().clock.advance(5 * MINUTE_MS);
    await scene.app.store.enqueue({ task: "redeliver", payload: { lookBack: "two-hours" } });
    const guids = failed.map(({ envelope }) => envelope.guid);
    await until(
      async () =>
        (await scene.app.store.storedDeliveries(guids)).size === new Set(guids).size ? true : null,
      () => "GitHub did not deliver again",
    );
    await audit(repository);

    const [found] = await drifts(repository);
    expect(found).toMatchObject({ outcome: "changed", body: { attribution: "told" } });
    expect(found?.body.landed).toMatchObject([{ changeKey: merge?.changeKey, bypass: false }]);
    expect(await cast().records(pull)).toEqual([merge]);
    const [again, ...others] = await reassessed(repository);
    expect(others).toEqual([]);
    expect(again).toMatchObject({
      outcome: "failed",
      bypass: true,
      pullNumber: pull.number,
      body: { of: { digest: merge?.digest, position: merge?.position } },
    });
    expect(book(repository).reasons(again)).toContain("changed-around-merge");
    expect(await book(repository).cases()).toMatchObject([{ pullNumber: pull.number, state: "landed" }]);

    // However often it is looked at.
    const { tenantId, repository: place } = subjectOf(repository);
    await scene.app.store.enqueue({
      task: "reassess-merge",
      payload: { tenantId, repository: place, number: pull.number },
    });
    await audit(repository);
    expect(await reassessed(repository)).toHaveLength(1);
    expect(await drifts(repository)).toHaveLength(1);
    expect(await book(repository).cases()).toHaveLength(1);
  });

  it("changed before the last look that came to the verdict again is none of a later merge's", async () => {
    const repository = await seen("confirmed");
    const pull = await cast().greenPull(repository, "topic");
    cast().clock.advance(MINUTE_MS);
    cast().protect(repository, "staging");
    cast().clock.advance(MINUTE_MS);
    await quiet();
    cast().clock.advance(MINUTE_MS);
    await cast().merge(pull, cast().admin);
    await audit(repository);

    const [merge] = await cast().records(pull);
    expect(merge).toMatchObject({ outcome: "passed", bypass: false });
    const { before } = z
      .object({ before: z.object({ observedAt: z.string(), confirmedAt: z.string() }) })
      .parse(JSON.parse(merge?.body ?? ""));
    expect(Date.parse(before.confirmedAt)).toBeGreaterThan(Date.parse(before.observedAt));
    expect(await reassessed(repository)).toEqual([]);
    expect(await book(repository).cases()).toEqual([]);
  });

  it("asked more of by the policy is the policy's doing, and nobody changed protection", async () => {
    const repository = await seen("stricter");
    const stricter = cast().policy(["breakGlass:", "  routes:", "    - channels: [security]"]);
    await cast().pushToBase(repository, {
      ".github/countersign.yml": stricter.replace("protection:\n", "protection:\n  approvals: 5\n"),
    });
    await audit(repository);
    expect(await drifts(repository)).toMatchObject([
      {
        outcome: "weakened",
        body: { cause: "policy", changes: [], now: { misses: [{ reason: "too-few-approvals-required" }] } },
      },
    ]);
  });

  it("is found changed once by two that look at the same time, and one that read earlier counts no more", async () => {
    const { github, clock, scene } = cast();
    const repository = await seen("twice");
    const policy = resolvePolicy(unknown("forbidden", "Not read.", "Grant it."), null);
    const [first] = await scene.sql<{ protection: string; digest: string }>(
      "SELECT protection, digest FROM protection_snapshots WHERE repository_id = $1",
      [repository.repo.id],
    );
    if (first === undefined) throw new Error("the branch was not audited");
    const before = clock.now();
    await untold(() => {
      repository.unprotect(protectionOf(repository));
    });
    const { appId, privateKey, apiUrl } = github;
    const notifier = { channels: new Set<string>(), send: () => Promise.resolve() };
    const context: FlowContext = {
      ...{
        appId,
        store: scene.app.store,
        github: connectGitHub({ appId, privateKey, apiUrl }, clock, silentLogger),
      },
      ...{
        clock,
        logger: silentLogger,
        notifier,
        verifier: new Verifier(),
        opensPullRequests: false,
        deliveriesKeptDays: 30,
        docsUrl: null,
      },
    };
    const subject = { ...subjectOf(repository), branch: "main" };
    await Promise.all([auditBranch(context, subject), auditBranch(context, subject)]);
    // It was held up with what it had read, all in order, before the branch was left without protection.
    const tip = await repository.tip();
    await settleAudit(context, subject, { ...first, at: before, tip, repositoryUrl: "", policy, misses: [] });
    await audit(repository);
    expect((await drifts(repository)).map(({ outcome }) => outcome)).toEqual(["weakened"]);
    expect(told(repository)).toEqual(["protection-weakened"]);
  });

  auditLogCases(cast, {
    ...{ quiet, audit, seen, untold, protectionOf, drifts, reassessed, subjectOf },
    cases: (repository) => book(repository).cases(),
  });
}
