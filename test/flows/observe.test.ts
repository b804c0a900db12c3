import { expect, it } from "@jest/globals";
import type { RepositoryHandle } from "../github/scenario.js";
import { type Cast, CHECKS, withCast } from "../support/cast.js";
import { RecordBook } from "../support/record-book.js";
import { emergencies } from "./break-glass/stage.js";

withCast("a policy that merely observes", observing);

function observing(cast: () => Cast): void {
  const repositoryOf = (name: string, mode: string): Promise<RepositoryHandle> => {
    const text = cast().policy([...emergencies(cast()), `mode: ${mode}`]);
    return cast().repository(name, { ".github/countersign.yml": text });
  };
  const book = ({ repo }: RepositoryHandle) => new RecordBook(cast().scene.app.store, repo);
  const all = (conclusion: string) => Object.fromEntries(CHECKS.map((name) => [name, conclusion]));

  it("makes every check neutral, whatever it found, and says so first", async () => {
    const repository = await repositoryOf("watching", "observe");
    const red = await cast().openPull(repository, "red", { push: { key: null } });
    const green = await cast().greenPull(repository, "green");
    await cast().scene.settled();
    expect(cast().conclusions(repository, red.headOid)).toEqual({ ...all("neutral") });
    expect(cast().conclusions(repository, green.headOid)).toMatchObject({ ...all("neutral") });
    expect(cast().check(repository, red.headOid)).toMatchObject({
      title: expect.stringMatching(/^Observing only, would fail: 1 commit unsigned, /),
      summary: expect.stringContaining("it stops nothing"),
    });
    expect(cast().check(repository, green.headOid).title).toBe(
      "Observing only, would pass: 1 commit signed, 1 result passed, 1 approval",
    );
    expect(cast().check(repository, red.headOid, "countersign/signatures").title).toMatch(
      /^Observing only, would fail: /,
    );
  });

  it("records what would have happened, and opens no case: neither of a merge nor of a push", async () => {
    const repository = await repositoryOf("told", "observe");
    const pull = await cast().openPull(repository, "unreviewed", { push: { key: null } });
    await cast().scene.settled();
    await cast().merge(pull, cast().admin);
    await cast().pushToBase(repository, { "hotfix.yaml": "a: 1\n" });
    await cast().scene.settled();
    expect(await cast().records(pull)).toMatchObject([{ bypass: false, outcome: "failed" }]);
    const [push, ...more] = await book(repository).pushes();
    expect([push, more.length]).toMatchObject([{ bypass: false, outcome: "failed" }, 0]);
    expect(push?.body).toMatchObject({ decision: { policy: { mode: "observe" } } });
    expect(await book(repository).cases()).toEqual([]);
  });

  it("enforces from the change on that says so, and not before", async () => {
    const repository = await repositoryOf("switched", "observe");
    const pull = await cast().openPull(repository, "change");
    await cast().scene.settled();
    expect(cast().check(repository, pull.headOid).conclusion).toBe("neutral");
    await cast().pushToBase(repository, {
      ".github/countersign.yml": cast().policy([...emergencies(cast()), "mode: enforce"]),
    });
    await cast().scene.settled();
    expect(cast().check(repository, pull.headOid).conclusion).not.toBe("neutral");
    await cast().pushToBase(repository, { "hotfix.yaml": "a: 1\n" });
    await cast().scene.settled();
    expect((await book(repository).pushes()).map(({ bypass }) => bypass)).toEqual([false, true]);
    expect(await book(repository).cases()).toHaveLength(1);
  });

  it("is no way out of an emergency: pushed around the gates, it stops what an enforcing one would", async () => {
    const repository = await repositoryOf("fled", "enforce");
    await cast().scene.settled();
    await cast().pushToBase(repository, {
      ".github/countersign.yml": cast().policy([...emergencies(cast()), "mode: observe"]),
    });
    await cast().scene.settled();
    expect(await book(repository).cases()).toHaveLength(1);
    const pull = await cast().greenPull(repository, "meanwhile");
    expect(cast().check(repository, pull.headOid).conclusion).toBe("failure");
    await cast().pushToBase(repository, { "more.yaml": "a: 1\n" });
    await cast().scene.settled();
    expect((await book(repository).pushes()).map(({ bypass }) => bypass)).toEqual([true, true]);
  });
}
