import { expect, it } from "@jest/globals";
import type { RepositoryHandle } from "../github/scenario.js";
import { CHECKS, type Cast, withCast } from "../support/cast.js";
import { RecordBook } from "../support/record-book.js";
import { emergencies } from "./break-glass/stage.js";
import { QUEUE_PARAMETERS, standing } from "./merge-queue/stage.js";

withCast("a policy that gates some paths", paths);

const OUTSIDE = "Outside of what the policy gates";
const MANIFEST = { "clusters/prod/shop.yaml": "replicas: 3\n" };
const DOCS = { "docs/shop.md": "The shop, and how to run it.\n".repeat(20) };

function paths(cast: () => Cast): void {
  const policy = (patterns: string) => cast().policy([...emergencies(cast()), `paths: [${patterns}]`]);
  const repositoryOf = async (name: string): Promise<RepositoryHandle> => {
    const repository = await cast().repository(name, {
      ".github/countersign.yml": policy("clusters/**"),
      ...MANIFEST,
      ...DOCS,
    });
    await cast().scene.settled();
    return repository;
  };
  /** A pull request of which no gate would let anything pass. */
  const bare = async (repository: RepositoryHandle, branch: string, files: Record<string, string | null>) => {
    const pull = await cast().openPull(repository, branch, { push: { files, key: null } });
    await cast().scene.settled();
    return pull;
  };
  const book = ({ repo }: RepositoryHandle) => new RecordBook(cast().scene.app.store, repo);
  const quiet = async () => {
    await cast().scene.settled();
    await cast().scene.hurried();
  };
  const title = (repository: RepositoryHandle, oid: string) => cast().check(repository, oid).title;

  it("asks nothing of a pull request that touches none of them, and records that", async () => {
    const { admin, bob, github, scene } = cast();
    const repository = await repositoryOf("docs-only");
    const pull = await bare(repository, "docs", {
      "docs/shop.md": "Much shorter.\n",
      "docs/new.md": "New.\n",
    });
    expect(cast().conclusions(repository, pull.headOid)).toEqual(
      Object.fromEntries(CHECKS.map((name) => [name, "success"])),
    );
    for (const name of CHECKS) expect(cast().check(repository, pull.headOid, name).title).toBe(OUTSIDE);
    const said = cast().said(repository, pull.headOid);
    for (const words of ["docs/new.md, docs/shop.md", "gated are clusters/&#42;&#42;"])
      expect(said).toContain(words);

    // What lies between two commits stays so: it is not read again.
    const before = github.requests.length;
    pull.review(bob, "COMMENT", { body: "Nice" });
    await scene.settled();
    expect(github.requests.slice(before).map(({ operation }) => operation)).toEqual(["PullRequestFacts"]);

    await cast().merge(pull, admin);
    const [record, ...more] = await cast().records(pull);
    expect([record, more]).toMatchObject([{ outcome: "outside", bypass: false }, []]);
    expect(JSON.parse(record?.body ?? "")).toMatchObject({
      scope: { value: { kind: "outside", paths: ["docs/new.md", "docs/shop.md"] } },
      before: { outcome: "outside" },
    });
    expect(await book(repository).cases()).toEqual([]);
  });

  it("judges what touches one of them in full: also what moves a file away, and a new policy", async () => {
    const repository = await repositoryOf("gated");
    const moved = { ...MANIFEST, "clusters/prod/shop.yaml": null, "old/shop.yaml": "replicas: 3\n" };
    const loosened = { ".github/countersign.yml": policy("nothing/**") };
    for (const [branch, files] of Object.entries({
      moved,
      loosened,
      mixed: { ...DOCS, "Clusters/x": "1" },
    })) {
      const pull = await bare(repository, branch, files);
      expect(cast().check(repository, pull.headOid).conclusion).not.toBe("success");
      expect(cast().said(repository, pull.headOid)).toContain("path-scope/path-gated");
    }
  });

  it("judges a pull request again where the policy gates other paths", async () => {
    const { admin } = cast();
    const repository = await repositoryOf("widened");
    const pull = await bare(repository, "docs", { "docs/shop.md": "Shorter.\n" });
    expect(title(repository, pull.headOid)).toBe(OUTSIDE);
    const change = await cast().openPull(repository, "policy", {
      push: { files: { ".github/countersign.yml": policy("clusters/**, docs") }, key: cast().aliceKey },
    });
    await cast().complete(repository, change);
    await cast().scene.settled();
    await cast().merge(change, admin);
    expect(await cast().records(change)).toMatchObject([{ outcome: "passed", bypass: false }]);
    expect(title(repository, pull.headOid)).not.toBe(OUTSIDE);
  });

  it("finds it out if what landed touches one of them after all", async () => {
    const { admin } = cast();
    const repository = await repositoryOf("moved-below");
    const pull = await bare(repository, "docs", {
      "docs/shop.md": `${DOCS["docs/shop.md"]}privileged: true\n`,
    });
    expect(title(repository, pull.headOid)).toBe(OUTSIDE);
    // The branch now has that file among what is gated, and a merge follows it there.
    const moving = await cast().openPull(repository, "moving", {
      push: {
        files: { "docs/shop.md": null, "clusters/prod/shop.md": DOCS["docs/shop.md"] },
        key: cast().aliceKey,
      },
    });
    await cast().complete(repository, moving);
    await cast().scene.settled();
    await cast().merge(moving, admin);
    await cast().merge(pull, admin);
    const [record] = await cast().records(pull);
    expect(record).toMatchObject({ bypass: true });
    expect(JSON.parse(record?.body ?? "")).toMatchObject({
      scope: { value: { kind: "path-gated", paths: ["clusters/prod/shop.md"] } },
      before: { outcome: "outside" },
    });
    expect(await book(repository).cases()).toHaveLength(1);
  });

  it("opens no case for a push that touches none of them, and one for any other", async () => {
    const repository = await repositoryOf("pushed");
    await cast().pushToBase(repository, { "docs/shop.md": "Shorter.\n" });
    await quiet();
    await cast().pushToBase(repository, { "clusters/prod/shop.yaml": "replicas: 9\n" });
    await quiet();
    const pushes = await book(repository).pushes();
    expect(pushes.map(({ outcome, bypass }) => [outcome, bypass])).toEqual([
      ["outside", false],
      ["failed", true],
    ]);
    expect(await book(repository).cases()).toHaveLength(1);
  });

  it("sees what one push brought and the next took back, though nobody told of either", async () => {
    const { github } = cast();
    const repository = await repositoryOf("there-and-back");
    await cast().pushToBase(repository, { "docs/shop.md": "Shorter.\n" });
    await quiet();
    github.webhooks.hold();
    await cast().pushToBase(repository, { "clusters/prod/shop.yaml": "replicas: 9\n" });
    await cast().pushToBase(repository, MANIFEST);
    for (const told of [...github.webhooks.pending]) github.webhooks.lose(told);
    await github.webhooks.resume();
    const { repo } = repository;
    await cast().scene.app.store.enqueue({ task: "reconcile", payload: { tenantId: repo.owner.id } });
    await quiet();
    const pushes = await book(repository).pushes();
    expect(pushes.map(({ bypass }) => bypass)).toEqual([false, true]);
    expect(pushes[1]?.body).toMatchObject({ form: "compared", scope: { value: { kind: "path-gated" } } });
  });

  it("leaves nothing out by a policy that came around the gates", async () => {
    const repository = await repositoryOf("doubtful");
    await cast().pushToBase(repository, { ".github/countersign.yml": policy("README.md") });
    await quiet();
    expect(await book(repository).cases()).toHaveLength(1);
    const pull = await bare(repository, "evil", { "clusters/prod/shop.yaml": "replicas: 0\n" });
    expect(cast().check(repository, pull.headOid).conclusion).toBe("failure");
    expect(cast().said(repository, pull.headOid)).toContain("path-scope/outside-in-doubt");
  });

  it("asks no results of a merge group that lands nothing of them", async () => {
    const { admin } = cast();
    const repository = await repositoryOf("queued");
    const { id, login } = admin.account;
    repository.ruleset({
      rules: [{ type: "merge_queue", parameters: QUEUE_PARAMETERS }],
      bypass: [{ type: "User", id, name: login, mode: "pull_request" }],
    });
    const docs = await cast().openPull(repository, "docs", {
      push: { files: { "docs/shop.md": "Shorter.\n" }, key: cast().aliceKey },
    });
    const gated = await cast().greenPull(repository, "clusters");
    docs.review(cast().bob, "APPROVE");
    const first = await repository.enqueue([docs]);
    const second = await repository.enqueue([gated]);
    await cast().scene.settled();
    expect(standing(cast(), repository, first.headOid)).toBe("success");
    expect(cast().check(repository, first.headOid).title).toBe(OUTSIDE);
    expect(standing(cast(), repository, second.headOid)).toBe("success");
    await quiet();
    expect(await cast().records(docs)).toMatchObject([{ outcome: "outside", bypass: false }]);
    expect(await book(repository).cases()).toEqual([]);
  });
}
