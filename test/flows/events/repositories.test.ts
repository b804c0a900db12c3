import { expect, it } from "@jest/globals";
import { withCast } from "../../support/cast.js";
import { trackingIssue } from "../break-glass/stage.js";
import { ask, pushed, ruleIn } from "../break-glass/talk.js";

withCast("repositories that change", (cast) => {
  it("renamed: an open case goes on under the new name, and so do pull requests", async () => {
    const { bob, carol, organization, github, scene } = cast();
    const { repository, issue } = await pushed(cast(), "before");
    const pull = await cast().openPull(repository, "topic");
    await scene.settled();
    repository.settings.rename("after");
    await scene.settled();
    // Another repository takes the name: what goes by it would be told the wrong things.
    const squatter = await organization.repository("before");
    squatter.grant(bob, "admin");
    await scene.settled();

    const [known] = await scene.app.store.listCases(repository.repo.owner.id, 100);
    expect(known?.repository.name).toBe("after");
    expect(ruleIn(await ask(cast(), issue, bob, "/break-glass ack"))).toBe("not-authorised");
    expect(await ask(cast(), issue, carol, "/break-glass ack Seen")).toContain("Acknowledged");
    expect(trackingIssue(repository).body).toContain(`${github.url}/acme/after/issues/`);
    expect(trackingIssue(repository).body).toContain("gh pr create --repo acme/after ");
    expect(squatter.issues()).toEqual([]);

    pull.review(bob, "APPROVE");
    await cast().report(repository, pull.headOid);
    await scene.settled();
    expect(cast().check(repository, pull.headOid).conclusion).toBe("success");
  });

  it("renamed unheard: the next event of it tells", async () => {
    const { bob, github, scene } = cast();
    const repository = await cast().repository("quiet");
    const pull = await cast().openPull(repository, "topic");
    await scene.settled();
    github.dropWebhooks(1, "repository");
    repository.settings.rename("loud");
    pull.review(bob, "APPROVE");
    await scene.settled();
    const known = await scene.app.store.findRepository(repository.repo.owner.id, repository.repo.id);
    expect(known?.repository.name).toBe("loud");
    const open = await scene.app.store.openPullRequests(repository.repo.owner.id);
    expect(open.filter(({ repository: { id } }) => id === repository.repo.id)).toMatchObject([
      { repository: { name: "loud" } },
    ]);
  });

  it("renamed while a job waits: it goes by the new name", async () => {
    const { bob, github, scene } = cast();
    const repository = await cast().repository("waiting");
    const pull = await cast().openPull(repository, "topic");
    await scene.settled();
    github.webhooks.hold();
    pull.review(bob, "APPROVE");
    await cast().report(repository, pull.headOid);
    repository.settings.rename("moved-on");
    const late = [...github.webhooks.pending];
    const told = late.find(({ event }) => event === "repository");
    if (told === undefined) throw new Error("GitHub told nothing of the new name");
    await github.webhooks.deliver(told);
    await scene.app.drained();
    repository.repo.formerNames.splice(0);
    // The others were written under the old name, which leads nowhere now.
    await github.webhooks.resume();
    await scene.settled();
    expect(cast().check(repository, pull.headOid).conclusion).toBe("success");
  });

  it("another default branch: pull requests into it are gated at once", async () => {
    const { scene } = cast();
    const files = { ".github/countersign.yml": cast().policy().replace(', "release/*"', "") };
    const repository = await cast().repository("trunk", files);
    await repository.pushOid(cast().admin, "trunk", await repository.tip("main"));
    cast().protect(repository, "trunk");
    const pull = await cast().openPull(repository, "topic", { base: "trunk" });
    await scene.settled();
    expect(cast().postedRuns(repository, pull.headOid)).toEqual([]);
    repository.settings.setDefaultBranch("trunk");
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({ countersign: "failure" });
  });

  it("made public, archived and back: pull requests are looked at again, and nothing is posted meanwhile", async () => {
    const { bob, scene } = cast();
    const repository = await cast().repository("shelf");
    const pull = await cast().openPull(repository, "topic");
    await cast().report(repository, pull.headOid);
    await scene.settled();
    cast().github.dropWebhooks(1, "pull_request_review");
    pull.review(bob, "APPROVE");
    repository.settings.archive();
    // What concerns all repositories leaves this one out: a check run would be refused.
    cast().organization.team("Late").add(bob);
    await scene.settled();
    expect(cast().check(repository, pull.headOid).conclusion).toBe("action_required");
    repository.settings.archive(false);
    await scene.settled();
    expect(cast().check(repository, pull.headOid).conclusion).toBe("success");

    cast().github.dropWebhooks(100, "pull_request_review");
    const [review] = pull.pull.reviews;
    if (review === undefined) throw new Error("there is no review");
    pull.dismiss(bob, review);
    cast().github.dropWebhooks(0);
    repository.settings.setPrivate(false);
    await scene.settled();
    expect(cast().check(repository, pull.headOid).conclusion).toBe("action_required");
  });

  it("given away: it is gone here, and a repository of the other account there", async () => {
    const { github, organization, scene } = cast();
    const other = github.organization("globex");
    github.install(other);
    const repository = await cast().repository("gift");
    const pull = await cast().openPull(repository, "topic");
    await scene.settled();
    repository.settings.transfer(other);
    await scene.settled();
    const { store } = scene.app;
    const here = organization.account.id;
    expect(await store.findRepository(here, repository.repo.id)).toMatchObject({ gone: true });
    expect((await store.openPullRequests(here)).map(({ repository: { id } }) => id)).not.toContain(
      repository.repo.id,
    );
    expect(await store.openPullRequests(other.account.id)).toMatchObject([
      { repository: { owner: "globex", name: "gift" }, number: pull.number },
    ]);
  });

  it("deleted: nothing of it is waited for", async () => {
    const { organization, scene } = cast();
    const repository = await cast().repository("short-lived");
    await cast().openPull(repository, "topic");
    await scene.settled();
    repository.settings.delete();
    organization.team("After").add(cast().bob);
    await scene.settled();
    const open = await scene.app.store.openPullRequests(organization.account.id);
    expect(open.map(({ repository: { id } }) => id)).not.toContain(repository.repo.id);
  });

  it("all of them, as their account gets another name", async () => {
    const { bob, organization, scene } = cast();
    const repository = await cast().repository("kept");
    const pull = await cast().openPull(repository, "topic");
    await cast().report(repository, pull.headOid);
    await scene.settled();
    organization.rename("acme-holding");
    await scene.settled();
    expect(await scene.app.store.findTenant(organization.account.id)).toMatchObject({
      login: "acme-holding",
    });
    expect(await scene.app.store.findRepository(organization.account.id, repository.repo.id)).toMatchObject({
      repository: { owner: "acme-holding", name: "kept" },
    });
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(cast().check(repository, pull.headOid).conclusion).toBe("success");
  });
});
