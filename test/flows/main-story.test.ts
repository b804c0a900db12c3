import { expect, it } from "@jest/globals";
import type { PullRequestHandle, RepositoryHandle, UserHandle } from "../github/scenario.js";
import type { App, CheckRun } from "../github/world/model.js";
import { CHECKS, RESULT, withCast, type Cast } from "../support/cast.js";

/** One pull request from its first red check to its record; the steps follow one another. */
withCast("a pull request's way to its record", story, ["postgres", "embedded"]);

function story(cast: () => Cast): void {
  let repository: RepositoryHandle;
  let pull: PullRequestHandle;
  let result: CheckRun;
  let stranger: App;
  const people = new Map<string, UserHandle>();

  const conclusions = () => cast().conclusions(repository, pull.headOid);
  const conclusion = (gate: string) => conclusions()[`countersign/${gate}`];
  const text = (gate: string) => {
    const { summary, text } = cast().check(repository, pull.headOid, `countersign/${gate}`);
    return `${summary ?? ""}\n${text ?? ""}`;
  };
  const person = (login: string): UserHandle => {
    const known = people.get(login) ?? cast().github.user(login);
    people.set(login, known);
    repository.grant(known, "write");
    return known;
  };

  it("fails on an unsigned commit and says how to sign it", async () => {
    repository = await cast().repository("infra");
    pull = await cast().openPull(repository, "topic", { push: { key: null } });
    await cast().scene.settled();
    expect(Object.keys(conclusions()).sort()).toEqual(CHECKS);
    expect(conclusions()).toMatchObject({
      countersign: "failure",
      "countersign/signatures": "failure",
      "countersign/protection": "success",
      "countersign/policy": "failure",
      "countersign/review": "action_required",
    });
    expect(text("signatures")).toContain("The commit is not signed");
    expect(text("signatures")).toContain("git rebase --exec 'git commit --amend --no-edit -n -S'");
  });

  it("fails on a key that the base branch does not know and says how to trust it", async () => {
    const key = await cast().keyring.sshKey({ comment: "new laptop" });
    const files = { "topic.yaml": "replicas: 3\n" };
    const oid = await repository.commit({
      message: "Change topic",
      author: cast().alice.person,
      files,
      key,
    });
    await pull.pushOid(cast().alice, oid);
    await cast().scene.settled();
    expect(conclusion("signatures")).toBe("failure");
    expect(text("signatures")).toContain("which is not among the trusted keys");
    expect(text("signatures")).toContain(">> .github/countersign/allowed_signers");
  });

  it("takes an SSH and an OpenPGP signature of the committers", async () => {
    const { alice, aliceKey, bob, bobKey, carol, scene } = cast();
    const change = {
      message: "Change topic",
      author: alice.person,
      files: { "topic.yaml": "replicas: 3\n" },
    };
    const first = await repository.commit({ ...change, key: aliceKey });
    const second = await repository.commit({
      message: "Raise it\n\nCo-authored-by: Frank <frank@example.com>",
      author: carol.person,
      committer: bob.person,
      files: { "topic.yaml": "replicas: 4\n" },
      key: bobKey,
      parents: [first],
    });
    person("frank");
    await pull.pushOid(person("erin"), second);
    await scene.settled();
    expect(conclusion("signatures")).toBe("success");
    expect(conclusions()["countersign"]).toBe("failure");
  });

  it("misses the policy result, whatever another app reports under its name", async () => {
    expect(text("policy")).toContain("result-missing");
    stranger = cast().github.otherApp("stranger");
    const passed = { status: "completed", conclusion: "success" };
    await repository.checkRun(stranger, pull.headOid, RESULT, passed);
    await cast().scene.settled();
    expect(conclusion("policy")).toBe("failure");
    expect(text("policy")).toContain(`the app stranger &#40;id ${stranger.id}&#41;`);
  });

  it("waits for a result that is running, fails on one that failed, passes on one that passed", async () => {
    const { conftest, scene } = cast();
    result = await repository.checkRun(conftest, pull.headOid, RESULT, { status: "in_progress" });
    await scene.settled();
    expect(conclusion("policy")).toBe("action_required");
    await repository.updateCheckRun(conftest, result, { status: "completed", conclusion: "failure" });
    await scene.settled();
    expect(conclusion("policy")).toBe("failure");
    // Run again, the tool reports anew under the same name.
    await cast().report(repository, pull.headOid);
    await scene.settled();
    expect(conclusion("policy")).toBe("success");
    expect(conclusions()["countersign"]).toBe("action_required");
  });

  it("refuses the author's approval where even GitHub does", () => {
    expect(() => pull.review(cast().alice, "APPROVE")).toThrow("Unprocessable Entity");
  });

  it.each([
    ["carol", "they wrote one of its commits"],
    ["bob", "they committed one of its commits"],
    ["frank", "they are named as co-author of one of its commits"],
    ["erin", "they pushed to it last"],
  ])("does not count the approval of %s, as %s", async (login, why) => {
    const { bob, carol, scene } = cast();
    const reviewer = [bob, carol].find((known) => known.login === login) ?? person(login);
    pull.review(reviewer, "APPROVE");
    await scene.settled();
    expect(conclusion("review")).toBe("action_required");
    expect(text("review")).toContain(`The approval by ${login} does not count: ${why}.`);
  });

  it("is blocked by requested changes, and passes once the same person approves", async () => {
    pull.review(person("dave"), "REQUEST_CHANGES");
    await cast().scene.settled();
    expect(conclusions()).toMatchObject({ countersign: "failure", "countersign/review": "failure" });
    await expect(pull.merge(person("dave"))).rejects.toThrow(/Changes have been requested/);
    pull.review(person("dave"), "APPROVE");
    await cast().scene.settled();
    expect(conclusions()).toEqual(Object.fromEntries(CHECKS.map((name) => [name, "success"])));
  });

  it("is merged, and the merge is recorded as one that passed", async () => {
    const commitOid = await cast().merge(pull, person("dave"));
    const [record, ...more] = await cast().records(pull);
    expect(more).toEqual([]);
    expect(record).toMatchObject({
      kind: "merge",
      branch: "main",
      headOid: pull.headOid,
      commitOid,
      outcome: "passed",
      bypass: false,
    });
  });
}
