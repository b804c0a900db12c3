import { expect, it } from "@jest/globals";
import { z } from "zod";
import type { PullRequestHandle, RepositoryHandle } from "../../github/scenario.js";
import type { Cast } from "../../support/cast.js";
import { RecordBook } from "../../support/record-book.js";
import { GREEN } from "./green.js";

const headOf = z.object({ change: z.object({ head: z.looseObject({ repository: z.unknown() }) }) });

/** Pull requests from forks. */
export function forks(cast: () => Cast): void {
  const book = ({ repo }: RepositoryHandle) => new RecordBook(cast().scene.app.store, repo);

  /** Alice's pull request from `branch` of her fork, complete but for what is tried. */
  const pullOf = async (
    repository: RepositoryHandle,
    branch: string,
  ): Promise<{ fork: RepositoryHandle; pull: PullRequestHandle }> => {
    const { alice, aliceKey, scene } = cast();
    const fork = await repository.fork(alice);
    await scene.settled();
    const change = { message: "From outside", files: { "outside.yaml": "a: 1\n" }, key: aliceKey };
    await fork.push(alice, branch, change);
    const pull = await repository.openPullRequest(alice, {
      head: `alice:${branch}`,
      base: "main",
      title: "From outside",
    });
    await scene.settled();
    return { fork, pull };
  };

  it("from a fork that is deleted keeps its verdict, is judged again, and lands", async () => {
    const { admin, bob, carol, scene } = cast();
    const repository = await cast().repository("orphaned", {}, { private: false });
    const { fork, pull } = await pullOf(repository, "topic");
    await cast().complete(repository, pull);
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
    fork.settings.delete();
    pull.review(bob, "REQUEST_CHANGES");
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({ countersign: "failure" });
    pull.review(bob, "APPROVE");
    pull.review(carol, "APPROVE");
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
    await cast().merge(pull, admin);
    const [record] = await cast().records(pull);
    expect(record).toMatchObject({ outcome: "passed", bypass: false });
    expect(headOf.parse(JSON.parse(record?.body ?? "")).change.head.repository).toBeNull();
  });

  it("from a fork's branch that is called like the controlled one borrows nothing of it", async () => {
    const { admin, alice, bob, github, organization, scene } = cast();
    // The app is on the fork as well, and hears of its pushes.
    const onFork = github.install(alice);
    expect(organization.login).not.toBe(alice.login);
    const repository = await cast().repository("namesake", {}, { private: false });
    await scene.settled();
    const pushed = await cast().pushToBase(repository, { "base.yaml": "a: 1\n" });
    const { fork, pull } = await pullOf(repository, "main");
    expect(cast().conclusions(repository, pull.headOid)["countersign"]).not.toBe("success");
    await cast().report(repository, pull.headOid);
    // Whoever pushed to the base branch of that name did not push to this one, and can approve.
    pull.review(admin, "APPROVE");
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
    const pushes = (await book(repository).pushes()).map(({ commitOid }) => commitOid);
    expect(pushes).toEqual([pushed]);

    // What happens to the fork's branch is the fork's.
    await fork.push(bob, "main", { message: "Meddled", files: { "outside.yaml": "a: 2\n" } });
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)["countersign"]).not.toBe("success");
    expect((await book(repository).pushes()).length).toBe(1);
    expect(cast().said(repository, pull.headOid)).toContain("is not signed");
    onFork.uninstall();
    await scene.settled();
  });

  it("between repositories that get other names goes on under these, and is recorded so", async () => {
    const { admin, alice, bob, scene } = cast();
    const repository = await cast().repository("before-it", {}, { private: false });
    const { fork, pull } = await pullOf(repository, "topic");
    await cast().report(repository, pull.headOid);
    fork.settings.rename("elsewhere");
    repository.settings.rename("after-it");
    await scene.settled();
    // Others take the names.
    await cast().organization.repository("before-it");
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
    await cast().merge(pull, admin);
    const [record, ...more] = await cast().records(pull);
    expect([record, more]).toMatchObject([{ bypass: false, repository: { name: "after-it" } }, []]);
    const { head } = headOf.parse(JSON.parse(record?.body ?? "")).change;
    expect(head.repository).toMatchObject({ fullName: `${alice.login}/elsewhere` });
    expect(await book(repository).cases()).toEqual([]);
  });
}
