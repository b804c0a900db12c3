import { expect, it } from "@jest/globals";
import type { PullRequestHandle, RepositoryHandle, UserHandle } from "../github/scenario.js";
import type { SigningKey } from "../support/signing.js";
import { CHECKS, withCast } from "../support/cast.js";

const GREEN = Object.fromEntries(CHECKS.map((name) => [name, "success"]));

withCast("commits from outside and from elsewhere", (cast) => {
  const signaturesOf = (repository: RepositoryHandle, pull: PullRequestHandle) =>
    cast().check(repository, pull.headOid, "countersign/signatures");

  /** A pull request of somebody with one commit signed by `key`, complete but for what is tried. */
  const pullOf = async (
    repository: RepositoryHandle,
    user: UserHandle,
    branch: string,
    key: SigningKey,
  ): Promise<PullRequestHandle> => {
    const files = { [`${branch}.yaml`]: "a: 1\n" };
    await repository.push(user, branch, { message: `Change ${branch}`, files, key });
    const pull = await repository.openPullRequest(user, { head: branch, base: "main", title: branch });
    const { bob, carol, scene } = cast();
    await cast().complete(repository, pull, user === bob ? carol : bob);
    await scene.settled();
    return pull;
  };

  it.each([
    ["public", false],
    ["private, which the app cannot see", true],
  ])(
    "from a fork (%s): who pushed last is known from the webhooks, and cannot approve",
    async (_what, isPrivate) => {
      const { alice, aliceKey, bob, carol, scene } = cast();
      const repository = await cast().repository(
        isPrivate ? "forked-private" : "forked-public",
        {},
        { private: isPrivate },
      );
      const fork = await repository.fork(alice);
      fork.grant(bob, "write");
      await fork.push(alice, "topic", {
        message: "From outside",
        files: { "a.yaml": "a: 1\n" },
        key: aliceKey,
      });
      const pull = await repository.openPullRequest(alice, {
        head: "alice:topic",
        base: "main",
        title: "From outside",
      });
      await cast().complete(repository, pull);
      await scene.settled();
      expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);

      const change = { author: alice.person, message: "More", files: { "b.yaml": "a: 1\n" }, key: aliceKey };
      await pull.push(bob, change);
      await cast().complete(repository, pull);
      await scene.settled();
      expect(cast().conclusions(repository, pull.headOid)).toMatchObject({
        countersign: "action_required",
        "countersign/review": "action_required",
      });
      expect(cast().said(repository, pull.headOid)).toContain(
        "The approval by bob does not count: they pushed to it last.",
      );
      pull.review(carol, "APPROVE");
      await scene.settled();
      expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
    },
  );

  it("from a fork: not green where no webhook told who pushed", async () => {
    const { alice, aliceKey, bob, github, scene } = cast();
    const repository = await cast().repository("untold", {}, { private: false });
    const fork = await repository.fork(alice);
    await fork.push(alice, "topic", {
      message: "From outside",
      files: { "a.yaml": "a: 1\n" },
      key: aliceKey,
    });
    const pull = await repository.openPullRequest(alice, {
      head: "alice:topic",
      base: "main",
      title: "From outside",
    });
    await scene.settled();
    github.webhooks.hold();
    await pull.push(alice, { message: "More", files: { "b.yaml": "a: 1\n" }, key: aliceKey });
    for (const event of [...github.webhooks.pending]) github.webhooks.lose(event);
    await github.webhooks.resume();
    await cast().report(repository, pull.headOid);
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({
      countersign: "failure",
      "countersign/signatures": "success",
      "countersign/review": "failure",
    });
    expect(cast().said(repository, pull.headOid)).toContain("Who pushed to the fork last is not known");
  });

  it("signed by keys on GitHub accounts: they count for people with write access only", async () => {
    const { carol, github, keyring } = cast();
    const repository = await cast().repository("registered");
    const ssh = await keyring.sshKey();
    const gpg = await keyring.gpgKey({ name: "carol", email: "carol@example.com" });
    carol.addKey(ssh);
    carol.addKey(gpg);
    for (const [branch, key] of [
      ["by-ssh", ssh],
      ["by-gpg", gpg],
    ] as const) {
      const pull = await pullOf(repository, carol, branch, key);
      expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
    }

    const mallory = github.user("mallory");
    repository.grant(mallory, "read");
    const key = await keyring.sshKey();
    mallory.addKey(key);
    const pull = await pullOf(repository, mallory, "by-reader", key);
    expect(signaturesOf(repository, pull)).toMatchObject({ conclusion: "failure" });
    expect(signaturesOf(repository, pull).text).toContain("commit-signature/unknown-key");
  });

  it("signed by a key that the base branch revoked: refused, though it is trusted as well", async () => {
    const { alice, aliceKey, bob, bobKey } = cast();
    for (const [author, key] of [
      [alice, aliceKey],
      [bob, bobKey],
    ] as const) {
      const repository = await cast().repository(`revoked-${key.kind}`, {
        ".github/countersign/revoked_keys": `${key.fingerprint}\n`,
      });
      const pull = await pullOf(repository, author, "topic", key);
      expect(cast().conclusions(repository, pull.headOid)).toEqual({
        ...GREEN,
        countersign: "failure",
        "countersign/signatures": "failure",
      });
      expect(signaturesOf(repository, pull).text).toContain("revoked");
    }
  });

  it("made by GitHub itself: refused by default, taken where the policy says so", async () => {
    const { alice, github } = cast();
    const { webFlow } = github.world;
    const change = {
      message: "Edited in the browser",
      author: alice.person,
      committer: webFlow.person,
      files: { "web.yaml": "a: 1\n" },
      key: await webFlow.key(),
    };
    const policies = {
      refused: cast().policy(),
      accepted: cast().policy(["signatures: { forgeKeys: accept }"]),
    };
    const found: Record<string, string | null> = {};
    for (const [name, policy] of Object.entries(policies)) {
      const repository = await cast().repository(`web-${name}`, { ".github/countersign.yml": policy });
      const pull = await cast().openPull(repository, "topic", { push: change });
      await cast().complete(repository, pull);
      await cast().scene.settled();
      found[name] = signaturesOf(repository, pull).conclusion;
      if (name === "refused") {
        expect(signaturesOf(repository, pull).text).toContain("commit-signature/forge-key");
      }
    }
    expect(found).toEqual({ refused: "failure", accepted: "success" });
  });

  it("is unknown, not fine, where the app may not read classic protection", async () => {
    const { alice, bob, aliceKey, github, scene } = cast();
    const organization = github.organization("narrow");
    const { installation } = github.install(organization);
    installation.permissions = Object.fromEntries(
      Object.entries(installation.permissions).filter(([name]) => name !== "administration"),
    );
    const repository = await organization.repository("infra", { files: cast().controlFiles() });
    for (const user of [alice, bob]) repository.grant(user, "write");
    cast().protect(repository, "main");
    const files = { "a.yaml": "a: 1\n" };
    await repository.push(alice, "topic", { message: "Change", files, key: aliceKey });
    const pull = await repository.openPullRequest(alice, { head: "topic", base: "main", title: "Change" });
    await cast().complete(repository, pull);
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({
      countersign: "failure",
      "countersign/protection": "failure",
      "countersign/signatures": "success",
      "countersign/review": "success",
    });
    expect(cast().check(repository, pull.headOid, "countersign/protection").summary).toContain(
      "could not be checked",
    );
  });
});
