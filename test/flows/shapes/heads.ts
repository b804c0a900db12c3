import { expect, it } from "@jest/globals";
import type { PullRequestHandle, RepositoryHandle } from "../../github/scenario.js";
import type { Cast } from "../../support/cast.js";
import { RecordBook } from "../../support/record-book.js";
import { GREEN } from "./green.js";

/** Pull requests whose commits, state or author are not the usual ones. */
export function heads(cast: () => Cast): void {
  const signatures = (repository: RepositoryHandle, pull: PullRequestHandle) =>
    cast().check(repository, pull.headOid, "countersign/signatures");
  const green = async (repository: RepositoryHandle, pull: PullRequestHandle) => {
    await cast().complete(repository, pull);
    await cast().scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
  };
  const subject = (text: string) => [...text.matchAll(/`([0-9a-f]{10})`/g)].map(([, oid]) => oid);

  it("that merged its base is judged by the merge commit and its own, not by what is on the base", async () => {
    const { admin, alice, aliceKey, github, scene } = cast();
    const repository = await cast().repository("from-base");
    const pull = await cast().openPull(repository, "topic");
    const first = pull.headOid;
    await green(repository, pull);
    // GitHub's own merge commit, and a commit that nobody signed.
    await cast().merge(await cast().greenPull(repository, "other"), admin);
    await cast().pushToBase(repository, { "late.yaml": "a: 1\n" });
    await scene.settled();
    const onBase = { "other.yaml": "replicas: 3\n", "late.yaml": "a: 1\n" };
    const parents = [first, await repository.tip()];
    const merge = { message: "Merge main", author: alice.person, files: onBase, parents };
    await pull.pushOid(alice, await repository.commit({ ...merge, key: aliceKey }));
    await green(repository, pull);
    const judged = subject(signatures(repository, pull).text ?? "");
    expect([...new Set(judged)].sort()).toEqual([first.slice(0, 10), pull.headOid.slice(0, 10)].sort());

    // “Update branch”: GitHub makes the merge, and signs it with its own key.
    const { webFlow } = github.world;
    const made = { ...merge, committer: webFlow.person, key: await webFlow.key() };
    await pull.pushOid(alice, await repository.commit(made));
    await cast().complete(repository, pull);
    await scene.settled();
    expect(signatures(repository, pull)).toMatchObject({ conclusion: "failure" });
    expect(signatures(repository, pull).text).toContain("commit-signature/forge-key");
  });

  it("that reverts another, or changes no file, is judged as any other", async () => {
    const { admin, aliceKey } = cast();
    const repository = await cast().repository("reverted");
    await cast().merge(await cast().greenPull(repository, "change"), admin);
    const revert = await cast().openPull(repository, "revert", {
      push: { message: 'Revert "Change change"', files: { "change.yaml": null }, key: aliceKey },
    });
    const unchanged = await cast().openPull(repository, "nothing", { push: { files: {}, key: aliceKey } });
    await green(repository, revert);
    await green(repository, unchanged);
    for (const pull of [revert, unchanged]) {
      await cast().merge(pull, admin);
      expect(await cast().records(pull)).toMatchObject([{ outcome: "passed", bypass: false }]);
    }
  });

  it("that has no commit of its own any more does not pass, and says so", async () => {
    const { alice } = cast();
    const repository = await cast().repository("emptied");
    const base = await repository.tip();
    const pull = await cast().openPull(repository, "topic");
    await green(repository, pull);
    await pull.pushOid(alice, base);
    await cast().complete(repository, pull);
    await cast().scene.settled();
    expect(cast().check(repository, base)).toMatchObject({ conclusion: "failure" });
    expect(cast().said(repository, base)).toContain("The pull request has no commits");
    expect(cast().said(repository, base)).not.toContain("did not let the app read");
  });

  it("that is a draft is judged; made ready, it needs nothing new to land", async () => {
    const { admin, alice } = cast();
    const repository = await cast().repository("drafted");
    await cast().scene.settled();
    const pull = await cast().openPull(repository, "topic", { draft: true });
    await green(repository, pull);
    const runs = cast().postedRuns(repository, pull.headOid).length;
    await expect(pull.merge(admin)).rejects.toThrow(/not mergeable/);
    await pull.setDraft(alice, false);
    await cast().scene.settled();
    expect(cast().postedRuns(repository, pull.headOid)).toHaveLength(runs);
    await cast().merge(pull, admin);
    expect(await cast().records(pull)).toMatchObject([{ outcome: "passed", bypass: false }]);
  });

  it("that GitHub merges by itself lands on our verdict, and has a record with that verdict", async () => {
    const { alice, bob, scene } = cast();
    const repository = await cast().repository("by-itself");
    const pull = await cast().openPull(repository, "topic");
    await pull.enableAutoMerge(alice, "squash");
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(pull.state).toBe("open");
    await cast().report(repository, pull.headOid);
    await scene.settled();
    await scene.hurried();
    expect(pull.state).toBe("merged");
    const [record] = await cast().records(pull);
    expect(record).toMatchObject({ outcome: "passed", bypass: false });
    expect(JSON.parse(record?.body ?? "")).toMatchObject({
      landed: { mergedBy: { login: "alice" } },
      before: { outcome: "passed" },
    });
    expect(await new RecordBook(scene.app.store, repository.repo).cases()).toEqual([]);
  });
}
