import { expect, it } from "@jest/globals";
import { CHECKS, withCast } from "../support/cast.js";

const POLICY = ".github/countersign.yml";
const everyCheck = (conclusion: string) => Object.fromEntries(CHECKS.map((name) => [name, conclusion]));

withCast("the policy that judges", (cast) => {
  it("is the base branch's, whatever the head would make of it", async () => {
    const { aliceKey, bob, scene } = cast();
    const repository = await cast().repository("lenient-head");
    const files = { [POLICY]: "version: 1\nsignatures: { forgeKeys: accept }\n" };
    const pull = await cast().openPull(repository, "topic", { push: { files, key: aliceKey } });
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({
      countersign: "failure",
      "countersign/policy": "failure",
    });
    expect(cast().said(repository, pull.headOid)).toContain("proposed-policy/policy-changes");
  });

  it("fails every gate at its line where it cannot be used, and is rid of the annotation once mended", async () => {
    const { github, scene } = cast();
    const broken = cast().policy(["revue:", "  approvals: 2"]);
    const repository = await cast().repository("broken-base");
    const pull = await cast().greenPull(repository, "topic");
    expect(cast().conclusions(repository, pull.headOid)).toEqual(everyCheck("success"));

    await cast().pushToBase(repository, { [POLICY]: broken });
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toEqual(everyCheck("failure"));
    const broke = cast().check(repository, pull.headOid);
    const line = broken.split("\n").indexOf("revue:") + 1;
    expect(broke.annotations).toMatchObject([
      { path: POLICY, start_line: line, annotation_level: "failure" },
    ]);
    expect(broke.annotations[0]?.message).toContain("review");

    const created = github.count("checks/create");
    await cast().pushToBase(repository, { [POLICY]: cast().policy() });
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toEqual(everyCheck("success"));
    const mended = cast().check(repository, pull.headOid);
    expect(mended.annotations).toEqual([]);
    // GitHub never takes an annotation away, so the run that has one is left behind and the others are rewritten.
    expect(mended.id).not.toBe(broke.id);
    expect(github.count("checks/create") - created).toBe(1);
  });

  it("lets no change through that would break it", async () => {
    const { alice, aliceKey, scene } = cast();
    const repository = await cast().repository("broken-head");
    const files = { [POLICY]: `${cast().policy()}version: 2\n` };
    const pull = await cast().openPull(repository, "topic", { push: { files, key: aliceKey } });
    await cast().complete(repository, pull);
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({
      countersign: "failure",
      "countersign/policy": "failure",
      "countersign/review": "success",
    });
    const [annotation] = cast().check(repository, pull.headOid).annotations;
    expect(annotation).toMatchObject({ path: POLICY, start_line: 8 });

    const mend = { message: "Mend it", files: { [POLICY]: cast().policy() }, key: aliceKey };
    await pull.push(alice, mend);
    await cast().complete(repository, pull);
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toEqual(everyCheck("success"));
    expect(cast().check(repository, pull.headOid).annotations).toEqual([]);
  });

  it("is looked at again on every open pull request when its trust files change", async () => {
    const { carol, bob, keyring, scene } = cast();
    const repository = await cast().repository("new-key");
    const key = await keyring.sshKey({ comment: "carol" });
    const change = { message: "By Carol", files: { "a.yaml": "a: 1\n" }, key };
    await repository.push(carol, "topic", change);
    const pull = await repository.openPullRequest(carol, { head: "topic", base: "main", title: "By Carol" });
    await cast().report(repository, pull.headOid);
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({
      "countersign/signatures": "failure",
    });

    await cast().pushToBase(repository, {
      ".github/countersign/allowed_signers": `carol@example.com ${key.publicKey}\n`,
    });
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toEqual(everyCheck("success"));
  });

  it("is not looked at again for a push that leaves it alone", async () => {
    const { github, scene } = cast();
    const repository = await cast().repository("other-push");
    await cast().openPull(repository, "topic");
    await scene.settled();
    const before = github.requests.length;
    await cast().pushToBase(repository, { "README.md": "# Other words\n" });
    await scene.settled();
    const operations = github.requests.slice(before).map(({ operation }) => operation);
    expect(operations).not.toContain("PullRequestFacts");
    expect(operations).not.toContain("checks/update");
  });
});
