import { expect, it } from "@jest/globals";
import type { RepositoryHandle } from "../../github/scenario.js";
import { type Cast, CHECKS, withCast } from "../../support/cast.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

withCast("pull requests of which no webhook told", sweeping);

function sweeping(cast: () => Cast): void {
  /** Nothing that happens meanwhile is told. */
  const untold = async <T>(happen: () => Promise<T>): Promise<T> => {
    const { github, clock } = cast();
    await cast().scene.settled();
    // GitHub tells times to the second: what follows has one of its own.
    clock.advance(2_000);
    github.dropWebhooks(Number.MAX_SAFE_INTEGER);
    try {
      return await happen();
    } finally {
      github.dropWebhooks(0);
    }
  };
  /** What the app asks of GitHub while it sweeps a repository, and does what it found. */
  const sweep = async ({ repo }: RepositoryHandle): Promise<Record<string, number>> => {
    const { scene, github } = cast();
    await scene.settled();
    const from = github.requests.length;
    const repository = { id: repo.id, owner: repo.owner.login, name: repo.name };
    await scene.app.store.enqueue({
      task: "sweep-repository",
      payload: { tenantId: repo.owner.id, repository },
    });
    await scene.settled();
    const counts: Record<string, number> = {};
    for (const { operation } of github.requests.slice(from)) {
      counts[operation ?? "none"] = (counts[operation ?? "none"] ?? 0) + 1;
    }
    return counts;
  };
  const NOTHING_FOUND = { OpenPullRequestStates: 1 };

  it("are found by one sweep each time: opened, judged by tools, approved, pushed to, merged", async () => {
    const { alice, aliceKey: key, admin, bob } = cast();
    const repository = await cast().repository("unheard");
    const verdict = (oid: string) => cast().conclusions(repository, oid)["countersign"];

    const pull = await untold(() => cast().openPull(repository, "topic"));
    expect(cast().conclusions(repository, pull.headOid)).toEqual({});
    await sweep(repository);
    expect(Object.keys(cast().conclusions(repository, pull.headOid)).sort()).toEqual(CHECKS);
    expect(cast().conclusions(repository, pull.headOid)["countersign/policy"]).not.toBe("success");

    await untold(() => cast().report(repository, pull.headOid));
    await sweep(repository);
    expect(cast().conclusions(repository, pull.headOid)["countersign/policy"]).toBe("success");
    expect(verdict(pull.headOid)).not.toBe("success");

    await untold(() => Promise.resolve(pull.review(bob, "APPROVE")));
    await sweep(repository);
    expect(verdict(pull.headOid)).toBe("success");

    const moved = await untold(() =>
      pull.push(alice, { message: "More", files: { "more.yaml": "a: 1\n" }, key }),
    );
    await sweep(repository);
    expect(cast().conclusions(repository, moved)["countersign/review"]).not.toBe("success");

    await untold(() => cast().complete(repository, pull));
    await sweep(repository);
    expect(verdict(moved)).toBe("success");

    await untold(() => pull.merge(admin));
    expect(await cast().records(pull)).toEqual([]);
    await sweep(repository);
    await cast().scene.hurried();
    expect(await cast().records(pull)).toMatchObject([{ outcome: "passed", bypass: false }]);
    expect(await sweep(repository)).toEqual(NOTHING_FOUND);
  });

  it("are found where they go to another branch, and where they were closed", async () => {
    const { alice } = cast();
    const repository = await cast().repository("retargeted");
    await repository.push(cast().admin, "release/1", { message: "Begin", files: { "a.yaml": "a: 1\n" } });
    const pull = await cast().greenPull(repository, "topic");
    const base = async () => {
      const commit = {
        tenantId: repository.repo.owner.id,
        repositoryId: repository.repo.id,
        oid: pull.headOid,
      };
      return (await cast().scene.app.store.latestDecisions(commit)).map(({ baseRef }) => baseRef);
    };
    await untold(() => pull.edit(alice, { base: "release/1" }));
    expect(await base()).toEqual(["main"]);
    await sweep(repository);
    expect(await base()).toEqual(["release/1"]);
    expect(cast().conclusions(repository, pull.headOid)["countersign"]).not.toBe("success");

    await untold(() => pull.close(alice));
    await sweep(repository);
    const open = await cast().scene.app.store.openPullRequests(repository.repo.owner.id);
    expect(open.filter(({ repository: { id } }) => id === repository.repo.id)).toEqual([]);
    expect(await sweep(repository)).toEqual(NOTHING_FOUND);
  });

  it("cost one request a repository where every verdict is current, and nothing is written", async () => {
    const { github, scene } = cast();
    const repository = await cast().repository("current");
    const pull = await cast().greenPull(repository, "topic");
    await cast().openPull(repository, "waiting");
    await scene.settled();
    cast().clock.advance(5 * MINUTE_MS);
    const rows = async () =>
      await scene.sql(
        `SELECT (SELECT count(*) FROM decisions) AS decisions, (SELECT sum(revision) FROM wanted_checks) AS checks,
                (SELECT max(evaluated_at) FROM pull_requests WHERE repository_id = $1) AS evaluated`,
        [repository.repo.id],
      );
    const before = await rows();
    const webhooks = github.webhooks.deliveries.length;
    expect(await sweep(repository)).toEqual(NOTHING_FOUND);
    expect(await rows()).toEqual(before);
    expect(github.webhooks.deliveries.length).toBe(webhooks);
    expect(cast().conclusions(repository, pull.headOid)["countersign"]).toBe("success");
  });

  it("have what GitHub shows of their verdict mended, where it is not what was posted", async () => {
    const repository = await cast().repository("altered");
    const pull = await cast().greenPull(repository, "topic");
    const { clock } = cast();
    // It may not show yet what was posted a moment ago, and that is no reason to post it again.
    const { repo } = repository;
    const lost = repo.checkRuns.findIndex(
      ({ name, suite }) => name === "countersign" && suite.oid === pull.headOid,
    );
    const [run] = repo.checkRuns.splice(lost, 1);
    expect(run?.conclusion).toBe("success");
    expect(await sweep(repository)).toEqual(NOTHING_FOUND);
    clock.advance(2 * MINUTE_MS);
    await sweep(repository);
    expect(cast().conclusions(repository, pull.headOid)["countersign"]).toBe("success");

    clock.advance(2 * MINUTE_MS);
    const shown = cast().check(repository, pull.headOid, "countersign/review");
    Object.assign(shown, { conclusion: "failure" });
    await sweep(repository);
    expect(cast().conclusions(repository, pull.headOid)["countersign/review"]).toBe("success");
    clock.advance(2 * MINUTE_MS);
    expect(await sweep(repository)).toEqual(NOTHING_FOUND);
  });

  it("are looked at once a day for what no list shows", async () => {
    const { clock } = cast();
    const repository = await cast().repository("daily");
    await cast().openPull(repository, "topic");
    await cast().scene.settled();
    clock.advance(DAY_MS - 5 * MINUTE_MS);
    expect(await sweep(repository)).toEqual(NOTHING_FOUND);
    clock.advance(10 * MINUTE_MS);
    expect(await sweep(repository)).toMatchObject({ PullRequestFacts: 1 });
    expect(await sweep(repository)).toEqual(NOTHING_FOUND);
  });

  it("are left alone in an archived repository", async () => {
    const repository = await cast().repository("archived");
    await untold(() => cast().openPull(repository, "topic"));
    repository.repo.archived = true;
    expect(await sweep(repository)).toEqual(NOTHING_FOUND);
  });
}
