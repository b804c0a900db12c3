import { expect, it } from "@jest/globals";
import type { PullRequestHandle, RepositoryHandle } from "../../github/scenario.js";
import { withCast } from "../../support/cast.js";

withCast("people and teams whose approvals count or do not", (cast) => {
  /** A green pull request that Bob approved, who may write by what `grant` does. */
  const approved = async (
    name: string,
    grant: (repository: RepositoryHandle) => void,
  ): Promise<{ repository: RepositoryHandle; pull: PullRequestHandle }> => {
    const repository = await cast().repository(name);
    repository.revoke(cast().bob);
    grant(repository);
    const pull = await cast().greenPull(repository, "topic");
    expect(verdictOn(repository, pull)).toBe("success");
    return { repository, pull };
  };
  const verdictOn = (repository: RepositoryHandle, pull: PullRequestHandle) =>
    cast().check(repository, pull.headOid).conclusion;
  const whyNot = (repository: RepositoryHandle, pull: PullRequestHandle) =>
    cast().check(repository, pull.headOid, "countersign/review").summary;

  it("a collaborator who is taken off, or may only read", async () => {
    const { bob, scene } = cast();
    const { repository, pull } = await approved("collaborator", (to) => {
      to.grant(bob, "write");
    });
    repository.revoke(bob);
    await scene.settled();
    expect(verdictOn(repository, pull)).toBe("action_required");
    expect(whyNot(repository, pull)).toContain("bob does not count: they have no write access");

    repository.grant(bob, "write");
    await scene.settled();
    expect(verdictOn(repository, pull)).toBe("success");

    repository.grant(bob, "read");
    await scene.settled();
    expect(verdictOn(repository, pull)).toBe("action_required");
  });

  it("a team that loses a repository, or may do less there", async () => {
    const { bob, organization, scene } = cast();
    const team = organization.team("Platform", bob);
    const { repository, pull } = await approved("team", (to) => {
      team.give(to, "write");
    });
    team.give(repository, "read");
    await scene.settled();
    expect(verdictOn(repository, pull)).toBe("action_required");
    team.give(repository, "maintain");
    await scene.settled();
    expect(verdictOn(repository, pull)).toBe("success");
    team.take(repository);
    await scene.settled();
    expect(verdictOn(repository, pull)).toBe("action_required");
    team.give(repository, "write");
    await scene.settled();
    expect(verdictOn(repository, pull)).toBe("success");
  });

  it("a member who leaves a team, and a team that ends, which names no repository", async () => {
    const { bob, organization, scene } = cast();
    const team = organization.team("Reviewers", bob);
    const { repository, pull } = await approved("membership", (to) => {
      team.give(to, "write");
    });
    team.remove(bob);
    await scene.settled();
    expect(verdictOn(repository, pull)).toBe("action_required");
    team.add(bob);
    await scene.settled();
    expect(verdictOn(repository, pull)).toBe("success");
    team.delete();
    await scene.settled();
    expect(verdictOn(repository, pull)).toBe("action_required");
  });

  it("a member who leaves the organization", async () => {
    const { bob, organization, scene } = cast();
    organization.addMember(bob);
    const { repository, pull } = await approved("member", (to) => {
      to.grant(bob, "write");
    });
    organization.removeMember(bob);
    await scene.settled();
    expect(verdictOn(repository, pull)).toBe("action_required");
  });

  it("many changes at once are a few looks at each pull request", async () => {
    const { carol, github, organization, scene } = cast();
    const team = organization.team("Crowd");
    await scene.settled();
    const listed = github.count("OpenPullRequests");
    const read = github.count("PullRequestFacts");
    const open = github.world.repositories.flatMap(({ pulls }) =>
      pulls.filter(({ state, merge }) => state === "open" && merge === null),
    );
    expect(open.length).toBeGreaterThan(3);
    github.webhooks.hold();
    for (let time = 0; time < 20; time += 1) {
      team.add(carol);
      team.remove(carol);
    }
    const slow = github.faults.next({ operation: "OpenPullRequests" }, { kind: "slow" });
    const sent = github.webhooks.resume();
    await slow.met;
    await sent;
    slow.release();
    await scene.settled();
    expect(github.count("OpenPullRequests") - listed).toBeLessThan(20);
    expect(github.count("PullRequestFacts") - read).toBeLessThan(20 * open.length);
  });
});
