import { expect, it } from "@jest/globals";
import { Verifier } from "../../src/signatures/verifier.js";
import type { FlowContext } from "../../src/flows/context.js";
import { watchBranch } from "../../src/flows/watch/watch-branch.js";
import { connectGitHub } from "../../src/github/github.js";
import { silentLogger } from "../../src/logger.js";
import type { Envelope } from "../github/http/webhooks.js";
import type { RepositoryHandle } from "../github/scenario.js";
import { UserHandle } from "../github/scenario/user.js";
import { RecordBook } from "../support/record-book.js";
import { withCast, type Cast } from "../support/cast.js";

withCast("what moves a controlled branch around its gates", moves);

function moves(cast: () => Cast): void {
  const files = (name: string) => ({
    message: `Change ${name}`,
    files: { [`${name}.yaml`]: "replicas: 9\n" },
  });
  const quiet = async () => {
    await cast().scene.settled();
    await cast().scene.hurried();
  };
  const book = (repository: RepositoryHandle) => new RecordBook(cast().scene.app.store, repository.repo);

  /** A repository that the app has seen, so that its branches have a baseline. */
  const seen = async (name: string, more: Readonly<Record<string, string | null>> = {}) => {
    const repository = await cast().repository(name, more);
    await cast().scene.app.store.enqueue({ task: "watch-repository", payload: subjectOf(repository) });
    await quiet();
    return repository;
  };
  const subjectOf = ({ repo }: RepositoryHandle) => ({
    tenantId: repo.owner.id,
    repository: { id: repo.id, owner: repo.owner.login, name: repo.name },
  });
  const reconcile = async ({ repo }: RepositoryHandle) => {
    await cast().scene.app.store.enqueue({ task: "reconcile", payload: { tenantId: repo.owner.id } });
    await quiet();
  };
  /** A controlled branch that nothing protects, already seen. */
  const release = async (repository: RepositoryHandle, user: UserHandle) => {
    const tip = await repository.push(user, "release/1", files("first"));
    await quiet();
    return tip;
  };

  it("takes what a branch held when it was first seen for its baseline, and for nothing else", async () => {
    const repository = await seen("history");
    expect(await book(repository).all()).toMatchObject([
      { kind: "baseline", branch: "main", commitOid: await repository.tip(), bypass: false },
    ]);
    await reconcile(repository);
    expect(await book(repository).all()).toHaveLength(1);
    expect(await book(repository).cases()).toEqual([]);
  });

  it("records a direct push once and opens one case, however often it is told", async () => {
    const { admin, alice, aliceKey, github } = cast();
    const repository = await seen("direct");
    const before = await repository.tip();
    github.webhooks.hold();
    const after = await repository.push(admin, "main", {
      ...files("hotfix"),
      author: alice.person,
      key: aliceKey,
    });
    const [push] = github.webhooks.pending.filter(({ event }) => event === "push");
    if (push === undefined) throw new Error("GitHub told nothing of the push");
    await github.webhooks.deliver(push);
    await github.webhooks.resume();
    await quiet();
    await github.webhooks.deliver(push);
    await github.webhooks.deliver({ ...push, guid: "the-same-news-under-another-guid" });
    await quiet();
    await reconcile(repository);

    const [record, ...more] = await book(repository).pushes();
    expect(more).toEqual([]);
    expect(record).toMatchObject({ branch: "main", commitOid: after, outcome: "failed", bypass: true });
    expect(record?.body).toMatchObject({
      form: "push",
      before,
      after,
      firstParents: [after],
      pusher: { login: admin.login },
      deliveries: [push.guid],
      decision: { policy: { source: "repository", commitOid: before } },
    });
    expect(book(repository).reasons(record)).toEqual(
      expect.arrayContaining(["came-without-pull-request", "never-reviewed", "result-missing"]),
    );

    const [opened, ...others] = await book(repository).cases();
    expect(others).toEqual([]);
    expect(opened).toMatchObject({
      changeKey: `${repository.repo.id}/main@${after}`,
      branch: "main",
      pullNumber: null,
      state: "landed",
    });
    expect(opened?.file).toMatchObject({
      how: "push",
      changeRecordDigest: record?.digest,
      case: {
        landing: { beforeOid: before, afterOid: after, by: { login: admin.login }, sanctioned: false },
        involvement: { unread: null },
      },
    });
    expect(book(repository).hands(opened)).toEqual(
      expect.arrayContaining([
        [admin.login, "pusher"],
        [alice.login, "author"],
        [alice.login, "committer"],
      ]),
    );
  });

  it("finds the pushes that no webhook told, with who made them", async () => {
    const { admin, github } = cast();
    const repository = await seen("lost");
    const before = await repository.tip();
    github.webhooks.dropNext(2, "push");
    await repository.push(admin, "main", files("one"));
    const after = await repository.push(admin, "main", files("two"));
    await quiet();
    expect(await book(repository).pushes()).toEqual([]);
    await reconcile(repository);

    expect(await book(repository).pushes()).toMatchObject([
      {
        bypass: true,
        body: { form: "compared", before, after, pusher: { login: admin.login }, deliveries: [] },
      },
    ]);
    const [opened, ...others] = await book(repository).cases();
    expect(others).toEqual([]);
    expect(opened?.file).toMatchObject({ how: "push", case: { involvement: { unread: null } } });
    expect(book(repository).hands(opened)).toContainEqual([admin.login, "pusher"]);
  });

  it("accounts for a push that made it look for the first time", async () => {
    const { admin } = cast();
    const repository = await cast().repository("unheard-of");
    const before = await repository.tip();
    const after = await repository.push(admin, "main", files("hotfix"));
    await quiet();
    expect(await book(repository).all()).toMatchObject([
      { kind: "baseline", commitOid: before },
      { kind: "push", commitOid: after, bypass: true },
      { kind: "break-glass" },
    ]);
  });

  it("sees a force-push as what it is, and one back as another", async () => {
    const { admin } = cast();
    const repository = await seen("forced");
    const first = await release(repository, admin);
    const second = await repository.forcePush(admin, "release/1", files("other"));
    await quiet();
    await repository.pushOid(admin, "release/1", first);
    await quiet();
    expect(await book(repository).pushes()).toMatchObject([
      { body: { form: "force-push", before: first, after: second, firstParents: [second] } },
      { body: { form: "force-push", before: second, after: first, firstParents: [] } },
    ]);
    const found = await book(repository).cases();
    expect(found.map(({ file }) => file["how"])).toEqual(["force-push", "force-push"]);

    // Once more the same way is one more change.
    await repository.pushOid(admin, "release/1", second);
    await quiet();
    expect(await book(repository).pushes()).toHaveLength(3);
    expect(await book(repository).cases()).toHaveLength(3);
  });

  it("sees a branch deleted and made anew", async () => {
    const { admin } = cast();
    const repository = await seen("anew");
    const tip = await release(repository, admin);
    await repository.deleteBranch(admin, "release/1");
    await quiet();
    await repository.pushOid(admin, "release/1", tip);
    await quiet();
    expect(await book(repository).pushes()).toMatchObject([
      { body: { form: "deleted", before: tip, after: null }, bypass: true },
      { body: { form: "re-created", before: tip, after: tip }, bypass: true },
    ]);
    expect(await book(repository).cases()).toMatchObject([{ file: { how: "re-created" } }]);
  });

  it("leaves merges to their records, each of a rebase's commits covered once", async () => {
    const { admin, alice, aliceKey: key } = cast();
    const repository = await seen("rebased");
    const pull = await cast().openPull(repository, "topic");
    await pull.push(alice, { ...files("second"), key });
    await pull.push(alice, { ...files("third"), key });
    await cast().complete(repository, pull);
    await quiet();
    await cast().merge(pull, admin, { method: "rebase" });
    await quiet();
    await reconcile(repository);
    expect(await book(repository).pushes()).toEqual([]);
    expect(await book(repository).cases()).toEqual([]);
    expect(await cast().records(pull)).toMatchObject([{ kind: "merge", bypass: false }]);
    const covered = await cast().scene.sql<{ change_key: string }>(
      "SELECT change_key FROM covered_commits WHERE repository_id = $1",
      [repository.repo.id],
    );
    const changeKey = `${repository.repo.id}#${pull.number}`;
    expect(covered).toEqual(Array(3).fill({ change_key: changeKey }));
  });

  it("takes a merge into another branch, moved here by hand, for a push", async () => {
    const { admin, alice } = cast();
    const repository = await seen("staged");
    await repository.pushOid(admin, "staging", await repository.tip());
    const pull = await cast().openPull(repository, "topic", { base: "staging" });
    await quiet();
    await pull.merge(alice);
    await quiet();
    const after = await repository.fastForward(admin, "main", "staging");
    await quiet();
    expect(await book(repository).pushes()).toMatchObject([
      { branch: "main", commitOid: after, bypass: true },
    ]);
    expect(await book(repository).cases()).toMatchObject([{ branch: "main", pullNumber: null }]);
  });

  it("records a push under the built-in policy, and opens no case", async () => {
    const { admin } = cast();
    const repository = await seen("plain", { ".github/countersign.yml": null });
    await repository.push(admin, "main", files("hotfix"));
    await quiet();
    expect(await book(repository).pushes()).toMatchObject([
      { bypass: true, body: { decision: { policy: { source: "built-in" } } } },
    ]);
    expect(await book(repository).cases()).toEqual([]);
  });

  it("opens a case under a policy that cannot be used", async () => {
    const { admin } = cast();
    const repository = await seen("broken", { ".github/countersign.yml": "version: 7\n" });
    await repository.push(admin, "main", files("hotfix"));
    await quiet();
    expect(await book(repository).pushes()).toMatchObject([
      { bypass: true, body: { decision: { policy: { source: "invalid" } } } },
    ]);
    expect(await book(repository).cases()).toHaveLength(1);
  });

  it("is judged by the policy from before, whatever was pushed along", async () => {
    const { admin } = cast();
    const repository = await seen("own-policy");
    const policy = "version: 1\nbranches: [none]\n";
    const before = await repository.tip();
    await repository.push(admin, "main", { message: "Free", files: { ".github/countersign.yml": policy } });
    await quiet();
    const after = await repository.push(admin, "main", files("hotfix"));
    await quiet();
    expect(await book(repository).pushes()).toMatchObject([
      { body: { decision: { policy: { commitOid: before } } } },
      // The policy that freed the branch came around its gates, so it is watched on.
      { commitOid: after, bypass: true },
    ]);
    expect(await book(repository).cases()).toHaveLength(2);
  });

  it("records a release bot's push as what it is; of a forced one it makes a case", async () => {
    const { admin, conftest } = cast();
    const bot = new UserHandle(cast().github.world, conftest.bot);
    const policy = cast().policy(["breakGlass:", `  releaseBots: [${bot.account.id}]`]);
    const repository = await seen("released", { ".github/countersign.yml": policy });
    repository.grant(bot, "write");
    await release(repository, admin);
    await repository.push(bot, "release/1", { ...files("bump"), author: admin.person });
    await quiet();
    expect(await book(repository).pushes()).toMatchObject([
      {
        bypass: false,
        outcome: "exempt",
        body: { exemption: "release-bot", pusher: { id: bot.account.id } },
      },
    ]);
    expect(await book(repository).cases()).toEqual([]);
    await repository.forcePush(bot, "release/1", { ...files("rewritten"), author: admin.person });
    await quiet();
    expect(await book(repository).cases()).toMatchObject([{ file: { how: "force-push" } }]);
  });

  it("asks nothing of GitHub for a push to a branch that is not controlled", async () => {
    const { alice, github } = cast();
    const repository = await seen("sandbox");
    const before = github.requests.length;
    await repository.push(alice, "scratch", files("anything"));
    await quiet();
    expect(github.requests.slice(before)).toEqual([]);
    expect(await book(repository).pushes()).toEqual([]);
    expect(await cast().scene.sql("SELECT 1 FROM branch_pushes WHERE branch = 'scratch'")).toEqual([]);
  });

  it("waits while GitHub does not show yet what it told", async () => {
    const { admin, github } = cast();
    const repository = await seen("behind");
    github.webhooks.hold();
    const before = await repository.tip();
    const after = await repository.push(admin, "main", files("hotfix"));
    await repository.repo.git.setRef("refs/heads/main", before);
    await github.webhooks.resume();
    await quiet();
    expect(await book(repository).pushes()).toEqual([]);
    await repository.repo.git.setRef("refs/heads/main", after);
    await quiet();
    expect(await book(repository).pushes()).toMatchObject([{ body: { form: "push", before, after } }]);
  });

  it("accounts for what was pushed and forced away before it could look", async () => {
    const { admin, github } = cast();
    const repository = await seen("hidden");
    const first = await release(repository, admin);
    github.webhooks.hold();
    await repository.push(admin, "release/1", files("one"));
    const second = await repository.push(admin, "release/1", files("two"));
    await repository.pushOid(admin, "release/1", first);
    await github.webhooks.resume();
    await quiet();
    const found = await book(repository).pushes();
    expect(found.map(({ body }) => [body["form"], body["after"]])).toContainEqual(["push", second]);
    expect(found.at(-1)?.body).toMatchObject({ form: "force-push", before: second, after: first });
    expect(await book(repository).cases()).toHaveLength(found.length);
    const brought = found.flatMap(({ body }) => body["firstParents"]);
    expect(new Set(brought).size).toBe(brought.length);
    expect(brought).toContain(second);
  });

  it("has one record of each force-push, also of one that it hears of late or saw before", async () => {
    const { admin, clock, github } = cast();
    const repository = await seen("late");
    const below = await repository.tip();
    const first = await release(repository, admin);
    github.webhooks.hold();
    const lost: Envelope[] = [];
    const heldPush = () => {
      const [push] = github.webhooks.pending.filter((one) => one.event === "push" && !lost.includes(one));
      if (push === undefined) throw new Error("GitHub told nothing of the push");
      lost.push(push);
      return push;
    };
    const told = async (push: Envelope) => {
      await github.webhooks.deliver(push);
      await quiet();
      return (await book(repository).pushes()).map(({ body }) => [
        body["form"],
        body["before"],
        body["after"],
      ]);
    };
    // Off its history, on, and back to the same commit: of the three only the last is told in time.
    await repository.pushOid(admin, "release/1", below);
    const late = heldPush();
    clock.advance(5000);
    const hidden = await repository.push(admin, "release/1", files("hidden"));
    heldPush();
    clock.advance(5000);
    await repository.pushOid(admin, "release/1", below);
    clock.advance(5000);
    const back = ["force-push", hidden, below];
    const away = ["force-push", first, below];
    expect(await told(heldPush())).toEqual([back]);
    expect(await told(late)).toEqual([back, away]);

    // Once more the same way, and found by comparison before it is told.
    await repository.pushOid(admin, "release/1", first);
    await told(heldPush());
    await repository.pushOid(admin, "release/1", below);
    const seenBefore = heldPush();
    await reconcile(repository);
    clock.advance(5000);
    expect(await told(seenBefore)).toEqual([back, away, away]);
    expect(await book(repository).cases()).toHaveLength(3);
    await github.webhooks.resume();
  });

  it("watches a branch that its own policy puts on the list, from when that came", async () => {
    const { admin } = cast();
    const repository = await seen("own-list");
    await repository.push(admin, "edge", {
      message: "Control this branch",
      files: { ".github/countersign.yml": "version: 1\nbranches: [edge]\n" },
    });
    await quiet();
    const baseline = await repository.tip("edge");
    const after = await repository.push(admin, "edge", files("hotfix"));
    await quiet();
    const records = (await book(repository).all()).filter(({ branch }) => branch === "edge");
    expect(records).toMatchObject([
      { kind: "baseline", commitOid: baseline },
      { kind: "push", commitOid: after },
      { kind: "break-glass" },
    ]);
  });

  it("is one record and one case when two look at once", async () => {
    const { admin, github, clock } = cast();
    const { app } = cast().scene;
    const repository = await seen("crowded");
    github.webhooks.dropNext(1, "push");
    await repository.push(admin, "main", files("hotfix"));
    const identity = { appId: github.appId, privateKey: github.privateKey, apiUrl: github.apiUrl };
    const notifier = { channels: new Set<string>(), send: () => Promise.resolve() };
    const context: FlowContext = {
      ...{ appId: github.appId, store: app.store, github: connectGitHub(identity, clock, silentLogger) },
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
    await Promise.all([watchBranch(context, subject), watchBranch(context, subject)]);
    await quiet();
    expect(await book(repository).pushes()).toHaveLength(1);
    expect(await book(repository).cases()).toHaveLength(1);
  });

  it("follows the repositories that the app is given and loses", async () => {
    const { admin, alice, installation } = cast();
    const repository = await seen("lent");
    const { store } = cast().scene.app;
    const { tenantId, repository: ref } = subjectOf(repository);
    installation.select("removed", repository);
    await cast().scene.settled();
    expect(await store.findRepository(tenantId, ref.id)).toMatchObject({ gone: true });
    installation.select("added", repository);
    await quiet();
    expect(await store.findRepository(tenantId, ref.id)).toMatchObject({
      gone: false,
      defaultBranch: "main",
      controlled: ["~DEFAULT_BRANCH", "release/*"],
    });
    await repository.push(alice, "elsewhere", files("anything"));
    await repository.push(admin, "main", files("hotfix"));
    await quiet();
    expect(await book(repository).cases()).toHaveLength(1);
  });

  it("keeps each change of protection", async () => {
    const { scene } = cast();
    const repository = await seen("unguarded");
    const rule = cast().protect(repository, "release/*");
    repository.unprotect(rule);
    await scene.settled();
    const { tenantId, repository: ref } = subjectOf(repository);
    const changes = await scene.app.store.protectionChanges(tenantId, ref.id, new Date(0), new Date(8e15));
    expect(changes.slice(-2)).toMatchObject([
      { kind: "classic", action: "created", name: "release/*" },
      { kind: "classic", action: "deleted", name: "release/*" },
    ]);
  });
}
