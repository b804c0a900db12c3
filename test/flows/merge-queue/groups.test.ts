import { expect, it } from "@jest/globals";
import type { PullRequestHandle, RepositoryHandle } from "../../github/scenario.js";
import { type Cast, CHECKS, withCast } from "../../support/cast.js";
import { allRecorded, QUEUE_PARAMETERS, queueEach, repositoryWithQueue, standing } from "./stage.js";

withCast("merge groups", groups);

function groups(cast: () => Cast): void {
  const greens = async (repository: RepositoryHandle, ...names: string[]): Promise<PullRequestHandle[]> => {
    const pulls: PullRequestHandle[] = [];
    for (const name of names) pulls.push(await cast().greenPull(repository, name));
    return pulls;
  };
  const outcomes = async (pull: PullRequestHandle): Promise<string[]> =>
    (await cast().records(pull)).map(({ outcome, bypass }) => `${outcome}${bypass ? " bypass" : ""}`);

  it.each(["MERGE", "SQUASH", "REBASE"])(
    "of one wait for the results on their own head, then land (%s)",
    async (method) => {
      const { scene } = cast();
      const repository = await repositoryWithQueue(cast(), `one-${method.toLowerCase()}`, {
        merge_method: method,
      });
      const [pull] = await greens(repository, "topic");
      if (pull === undefined) throw new Error("there is one");
      const group = await repository.enqueue([pull]);
      await scene.settled();
      expect(standing(cast(), repository, group.headOid)).toBe("in_progress");
      const { summary, title } = cast().check(repository, group.headOid);
      expect(title).toBe("Waiting: 1 result missing");
      expect(summary).toContain(`gh-readonly-queue/main/pr-${pull.number}-`);
      expect(summary).toContain(`| #${pull.number} Change topic | \`main\` | ⏳ waiting |`);
      expect(pull.state).toBe("open");

      await cast().report(repository, group.headOid);
      await allRecorded(cast());
      expect(standing(cast(), repository, group.headOid)).toBe("success");
      expect(cast().postedRuns(repository, group.headOid)).toHaveLength(CHECKS.length);
      expect([pull.state, await repository.tip()]).toEqual(["merged", group.headOid]);
      expect(await outcomes(pull)).toEqual(["passed"]);
      expect(repository.issues()).toEqual([]);
    },
  );

  it("of three name each with its own verdict, and fail as a whole with a result", async () => {
    const { scene } = cast();
    const repository = await repositoryWithQueue(cast(), "three");
    const pulls = await greens(repository, "one", "two", "three");
    const group = await repository.enqueue(pulls);
    await scene.settled();
    const { summary } = cast().check(repository, group.headOid);
    for (const { number, title } of pulls) {
      expect(summary).toContain(`| #${number} ${title} | \`main\` | ⏳ waiting |`);
    }
    await cast().report(repository, group.headOid, "failure");
    await scene.settled();
    expect(standing(cast(), repository, group.headOid)).toBe("failure");
    expect(pulls.map(({ state }) => state)).toEqual(["open", "open", "open"]);
    expect(repository.queue).toEqual([]);
  });

  it("on top of groups: what loses its approval is taken out, what is behind it is made and judged anew", async () => {
    const { bob, scene } = cast();
    const repository = await repositoryWithQueue(cast(), "stacked");
    const [first, middle, last] = await greens(repository, "first", "middle", "last");
    if (!first || !middle || !last) throw new Error("there are three");
    const made = await queueEach(cast(), repository, [first, middle, last]);
    expect(made.map(({ headOid }) => standing(cast(), repository, headOid))).toEqual(
      made.map(() => "in_progress"),
    );
    const [approval] = middle.pull.reviews;
    if (approval === undefined) throw new Error("it is approved");
    middle.dismiss(bob, approval);
    await scene.settled();
    expect(standing(cast(), repository, made[1]?.headOid ?? "")).toBe("failure");
    expect(cast().said(repository, made[1]?.headOid ?? "")).toContain("independent-approval");

    const [front, anew, ...more] = repository.queue;
    expect([front, more]).toEqual([made[0], []]);
    expect(anew?.members.map(({ pull }) => pull.number)).toEqual([last.number]);
    for (const { headOid } of [...repository.queue].reverse()) await cast().report(repository, headOid);
    await allRecorded(cast());
    expect([first.state, middle.state, last.state]).toEqual(["merged", "open", "merged"]);
    expect([await outcomes(first), await outcomes(last)]).toEqual([["passed"], ["passed"]]);
  });

  it("answer for all below them where only the last has to pass", async () => {
    const { bob, scene } = cast();
    const repository = await repositoryWithQueue(cast(), "head-green", { grouping_strategy: "HEADGREEN" });
    const [below, above] = await greens(repository, "below", "above");
    if (!below || !above) throw new Error("there are two");
    const [, top] = await queueEach(cast(), repository, [below, above]);
    const { summary } = cast().check(repository, top?.headOid ?? "");
    expect(summary).toContain(`| #${below.number} Change below |`);
    expect(summary).toContain(`| #${above.number} Change above |`);
    const [approval] = below.pull.reviews;
    if (approval === undefined) throw new Error("it is approved");
    below.dismiss(bob, approval);
    await scene.settled();
    // The failure of the group below takes this one out of the queue, perhaps before it is said of it, too.
    expect(["failure", "in_progress"]).toContain(standing(cast(), repository, top?.headOid ?? ""));
    const queued = repository.queue.flatMap(({ members }) => members.map(({ pull }) => pull.number));
    expect(queued).not.toContain(below.number);
    expect([below.state, above.state]).toEqual(["open", "open"]);
  });

  it("are posted again when their check is asked for again, with no more runs", async () => {
    const { alice, scene } = cast();
    const repository = await repositoryWithQueue(cast(), "again");
    const [pull] = await greens(repository, "topic");
    if (pull === undefined) throw new Error("there is one");
    const group = await repository.enqueue([pull]);
    await scene.settled();
    const before = cast().github.count("checks/update");
    repository.rerequest(alice, cast().check(repository, group.headOid));
    await scene.settled();
    expect(cast().github.count("checks/update") - before).toBe(CHECKS.length);
    expect(cast().postedRuns(repository, group.headOid)).toHaveLength(CHECKS.length);
  });

  it("that end while they are looked at are told nothing any more", async () => {
    const { github, scene } = cast();
    const repository = await repositoryWithQueue(cast(), "ended");
    const [pull] = await greens(repository, "topic");
    if (pull === undefined) throw new Error("there is one");
    const slow = github.faults.next({ operation: "MergeQueueOfBranch" }, { kind: "slow" });
    const group = await repository.enqueue([pull]);
    await slow.met;
    await pull.dequeue();
    await github.webhooks.settled();
    slow.release();
    await scene.settled();
    await cast().report(repository, group.headOid);
    await scene.settled();
    expect(cast().postedRuns(repository, group.headOid)).toEqual([]);
    expect(await scene.sql("SELECT 1 FROM decisions WHERE head_oid = $1", [group.headOid])).toEqual([]);
  });

  it("whose end is told before their beginning are not begun", async () => {
    const { github, scene } = cast();
    const repository = await repositoryWithQueue(cast(), "backwards");
    const [pull] = await greens(repository, "topic");
    if (pull === undefined) throw new Error("there is one");
    github.webhooks.hold();
    const group = await repository.enqueue([pull]);
    await pull.dequeue();
    const told = github.webhooks.pending.filter(({ event }) => event === "merge_group");
    for (const envelope of told.reverse()) await github.webhooks.deliver(envelope);
    await github.webhooks.resume();
    await scene.settled();
    expect(cast().postedRuns(repository, group.headOid)).toEqual([]);
  });

  it("that land unjudged are a bypass, though each pull request was green", async () => {
    const repository = await repositoryWithQueue(cast(), "unjudged");
    const [pull] = await greens(repository, "topic");
    if (pull === undefined) throw new Error("there is one");
    await repository.mergeQueue([pull]);
    await allRecorded(cast());
    expect(await outcomes(pull)).toEqual(["failed bypass"]);
    expect((await cast().records(pull))[0]?.body).toContain("group-not-passed");
    expect(repository.issues()).toHaveLength(1);
  });

  it("cannot borrow the verdict on a pull request that is opened from their branch", async () => {
    const { alice, github, scene } = cast();
    const repository = await repositoryWithQueue(cast(), "borrowed");
    await cast().pushToBase(
      repository,
      {
        ".github/countersign.yml": cast()
          .policy()
          .replace(/results:\n.*\n/, ""),
      },
      "release/1",
    );
    cast().protect(repository, "release/1");
    const [pull] = await greens(repository, "topic");
    if (pull === undefined) throw new Error("there is one");
    const group = await repository.enqueue([pull]);
    await scene.settled();
    const lent = await repository.openPullRequest(alice, {
      head: group.ref.slice("refs/heads/".length),
      base: "release/1",
      title: "Lend me your green",
    });
    lent.review(cast().bob, "APPROVE");
    await scene.settled();
    expect(lent.headOid).toBe(group.headOid);
    expect(standing(cast(), repository, group.headOid)).not.toBe("success");
    // Its failure ends the group, with the branch that the other was opened from: what is shown after that matters no more.
    const pages = github.requests.map(({ body }) => JSON.stringify(body?.["output"] ?? null));
    expect(pages).toContainEqual(
      expect.stringMatching(`#${pull.number} Change topic.*#${lent.number} Lend me your green.*failed`),
    );
    expect(pull.state).toBe("open");
  });

  it("are not told to an installation that did not accept the permission, and its pull requests say so", async () => {
    const { alice, bob, aliceKey, github, scene } = cast();
    const organization = github.organization("behind");
    const { installation } = github.install(organization);
    installation.permissions = Object.fromEntries(
      Object.entries(installation.permissions).filter(([name]) => name !== "merge_queues"),
    );
    const repository = await organization.repository("infra", { files: cast().controlFiles() });
    for (const user of [alice, bob]) repository.grant(user, "write");
    cast().protect(repository, "main");
    const files = { "a.yaml": "a: 1\n" };
    await repository.push(alice, "topic", { message: "Change", files, key: aliceKey });
    const pull = await repository.openPullRequest(alice, { head: "topic", base: "main", title: "Change" });
    await cast().complete(repository, pull);
    await scene.settled();
    expect(standing(cast(), repository, pull.headOid)).toBe("success");

    repository.ruleset({ rules: [{ type: "merge_queue", parameters: { ...QUEUE_PARAMETERS } }] });
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({
      countersign: "failure",
      "countersign/protection": "failure",
      "countersign/review": "success",
    });
    expect(cast().said(repository, pull.headOid)).toContain("Merge queues: read");
    const group = await repository.enqueue([pull]).catch((error: unknown) => String(error));
    expect(group).toContain("countersign");
  });
}
