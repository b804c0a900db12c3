import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Fault } from "../github/http/faults.js";
import type { PullRequestHandle, RepositoryHandle } from "../github/scenario.js";
import { CHECKS, withCast } from "../support/cast.js";

const FAULTS: readonly (readonly [name: string, fault: Fault])[] = [
  ["404", { kind: "error", status: 404 }],
  ["403", { kind: "error", status: 403 }],
  ["403 with retry-after", { kind: "secondary-limit", retryAfter: 90 }],
  ["403 with nothing remaining", { kind: "primary-limit" }],
  ["429", { kind: "too-many-requests", retryAfter: 90 }],
  ["500", { kind: "error", status: 500 }],
  ["502", { kind: "error", status: 502 }],
  ["a connection cut before", { kind: "drop", when: "before" }],
  ["a connection cut after", { kind: "drop", when: "after" }],
  ["half an answer", { kind: "half-body" }],
];
/** Those between which posting could tell a difference: refused, put off, failed, applied without our hearing of it. */
const AT_POSTS = FAULTS.filter(([name]) =>
  ["403", "403 with retry-after", "500", "a connection cut after", "half an answer"].includes(name),
);
/** A fault that is there until the test takes it away, however often the app tries. */
const LASTING = 1_000;
const GREEN = Object.fromEntries(CHECKS.map((name) => [name, "success"]));

withCast("where GitHub fails", (cast) => {
  /** A pull request to which nothing is missing, with a webhook that was held while `fault` was planned. */
  const greenBehind = async (
    repository: RepositoryHandle,
    branch: string,
    plan: () => unknown,
  ): Promise<PullRequestHandle> => {
    const { github, scene } = cast();
    await scene.settled();
    github.webhooks.hold();
    const pull = await cast().openPull(repository, branch);
    await cast().complete(repository, pull);
    plan();
    await github.webhooks.resume();
    return pull;
  };

  const expectOneSetOfGreen = (repository: RepositoryHandle, pull: PullRequestHandle): void => {
    expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
    expect(cast().postedRuns(repository, pull.headOid)).toHaveLength(CHECKS.length);
  };

  describe("at the one read of a pull request", () => {
    let repository: RepositoryHandle;
    let pull: PullRequestHandle;

    beforeAll(async () => {
      repository = await cast().repository("reads");
      pull = await cast().openPull(repository, "topic");
    });

    it.each(FAULTS)(
      "%s: nothing turns green until it answers, then the verdict once",
      async (_name, fault) => {
        const { alice, bob, github, scene } = cast();
        await cast().report(repository, pull.headOid);
        await scene.settled();
        const runs = cast().postedRuns(repository, pull.headOid);
        expect(cast().check(repository, pull.headOid).conclusion).toBe("action_required");

        github.faults.next({ operation: "PullRequestFacts", times: LASTING }, fault);
        const approval = pull.review(bob, "APPROVE");
        await scene.troubles();
        expect(cast().check(repository, pull.headOid).conclusion).toBe("action_required");
        github.faults.clear();
        await scene.hurried();
        expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
        expect(cast().postedRuns(repository, pull.headOid)).toEqual(runs);
        pull.dismiss(alice, approval);
      },
    );
  });

  describe("at posting a check run", () => {
    let repository: RepositoryHandle;

    beforeAll(async () => {
      repository = await cast().repository("posts");
    });

    it.each(AT_POSTS)("%s: posted in the end, and only once", async (name, fault) => {
      const { github, scene } = cast();
      const branch = name.replaceAll(" ", "-");
      const pull = await greenBehind(repository, branch, () =>
        github.faults.next({ operation: "checks/create" }, fault),
      );
      await scene.troubles();
      await scene.hurried();
      expectOneSetOfGreen(repository, pull);
    });

    it("a rewrite that was applied and never answered is not repeated as a new run", async () => {
      const { bob, github, scene } = cast();
      const pull = await cast().openPull(repository, "rewrite");
      await cast().report(repository, pull.headOid);
      await scene.settled();
      github.faults.next({ operation: "checks/update", times: LASTING }, { kind: "drop", when: "after" });
      pull.review(bob, "APPROVE");
      await scene.troubles();
      github.faults.clear();
      await scene.hurried();
      expectOneSetOfGreen(repository, pull);
    });
  });

  describe("at posting a verdict that is overtaken before the next try", () => {
    it.each([
      ["plain", "overtaken"],
      ["with an annotation", "overtaken-annotated"],
    ])(
      "%s: what was applied and never answered is found, and not made a second time",
      async (how, branch) => {
        const { alice, aliceKey, github, scene } = cast();
        const repository = await cast().repository(branch);
        await scene.settled();
        github.webhooks.hold();
        const policy = ".github/countersign.yml";
        const broken = how === "plain" ? {} : { files: { [policy]: `${cast().policy()}version: 2\n` } };
        const pull = await cast().openPull(repository, "topic", { push: { ...broken, key: aliceKey } });
        const lost = github.faults.next({ operation: "checks/create" }, { kind: "drop", when: "after" });
        const away = { path: "/check-runs", times: LASTING };
        github.faults.next(away, { kind: "error", status: 502 });
        await github.webhooks.resume();
        await scene.troubles();
        expect(lost.hits).toBe(1);
        pull.review(cast().bob, "APPROVE");
        await scene.troubles();
        github.faults.clear();
        await cast().report(repository, pull.headOid);
        await scene.hurried();
        await pull.edit(alice, { title: "Once more" });
        await scene.settled();
        const runs = cast().postedRuns(repository, pull.headOid);
        const plain = runs.filter(({ annotations }) => annotations.length === 0).map(({ name }) => name);
        expect(new Set(plain).size).toBe(plain.length);
        expect(cast().conclusions(repository, pull.headOid)).toMatchObject({
          countersign: how === "plain" ? "success" : "failure",
          "countersign/review": "success",
        });
      },
    );
  });

  describe("at the keys that a committer registered", () => {
    let repository: RepositoryHandle;

    beforeAll(async () => {
      repository = await cast().repository("keys");
    });

    const KEY_READS = [
      "repos/get-collaborator-permission-level",
      "users/list-gpg-keys-for-user",
      "users/list-ssh-signing-keys-for-user",
    ];
    const CASES = KEY_READS.flatMap((operation) =>
      FAULTS.filter(([name]) => ["403", "502"].includes(name)).map(
        ([name, fault]) => [operation, name, fault] as const,
      ),
    );

    it.each(CASES)("%s, %s: never green until they are read", async (operation, name, fault) => {
      const { bob, carol, github, keyring, scene } = cast();
      await scene.settled();
      github.webhooks.hold();
      const key = await keyring.sshKey();
      carol.addKey(key);
      const branch = `${operation}-${name}`.replaceAll(/[ /]/g, "-");
      await repository.push(carol, branch, {
        message: "By Carol",
        files: { [`${branch}.yaml`]: "a: 1\n" },
        key,
      });
      const pull = await repository.openPullRequest(carol, { head: branch, base: "main", title: branch });
      await cast().report(repository, pull.headOid);
      pull.review(bob, "APPROVE");
      github.faults.next({ operation, times: LASTING }, fault);
      await github.webhooks.resume();
      await scene.troubles();
      expect(cast().conclusions(repository, pull.headOid)["countersign"]).not.toBe("success");

      github.faults.clear();
      await scene.hurried();
      // Where the app took GitHub's word for it, only news makes it look again.
      await repository.status(bob, pull.headOid, "news", "success");
      await scene.settled();
      carol.removeKeys();
      expectOneSetOfGreen(repository, pull);
    });
  });
});
