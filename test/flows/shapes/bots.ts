import { expect, it } from "@jest/globals";
import type { PullRequestHandle, RepositoryHandle } from "../../github/scenario.js";
import { UserHandle } from "../../github/scenario/user.js";
import type { App } from "../../github/world/model.js";
import type { Cast } from "../../support/cast.js";
import { RecordBook } from "../../support/record-book.js";
import { GREEN } from "./green.js";

/** Pull requests and pushes of bots, which a policy names by their account or by their app. */
export function bots(cast: () => Cast): void {
  const botOf = (app: App) => new UserHandle(cast().github.world, app.bot);
  const bumping = async ({ bot: { id, login } }: App) => {
    const { url, world } = cast().github;
    return {
      message: "Bump the chart",
      author: { name: login, email: `${id}+${login}@users.noreply.${new URL(url).host}` },
      committer: world.webFlow.person,
      files: { "chart.yaml": "version: 2\n" },
      key: await world.webFlow.key(),
    };
  };
  const repositoryOf = (name: string, ...lines: string[]) =>
    cast().repository(name, { ".github/countersign.yml": cast().policy(lines) });
  /** A pull request of an app's, whose only commit GitHub made; pushed by someone else where `by` is given. */
  const bump = async (repository: RepositoryHandle, app: App, branch = "bump", by = botOf(app)) => {
    await repository.push(by, branch, await bumping(app));
    const pull = await repository.openPullRequest(botOf(app), { base: "main", head: branch, title: "Bump" });
    await cast().complete(repository, pull);
    await cast().scene.settled();
    return pull;
  };
  const signatures = (repository: RepositoryHandle, oid: string) => {
    const { conclusion, summary, text } = cast().check(repository, oid, "countersign/signatures");
    const [rule] = /commit-signature\/[a-z-]+/.exec(text ?? "") ?? [];
    return { conclusion, rule, summary };
  };
  /** How often GitHub was asked for an app while something was done. */
  const lookUps = async (act: () => Promise<unknown>) => {
    const before = cast().github.count("apps/get-by-slug");
    await act();
    return cast().github.count("apps/get-by-slug") - before;
  };

  it("pass where the policy names the bot by its account, and GitHub says that it pushed", async () => {
    const { alice, github } = cast();
    const app = github.otherApp("bumper");
    const named = await repositoryOf("bot-named", `signatures: { bots: [${app.bot.id}] }`);
    expect(cast().conclusions(named, (await bump(named, app)).headOid)).toEqual(GREEN);
    const unnamed = await repositoryOf("bot-unnamed", `signatures: { bots: [${app.bot.id + 1}] }`);
    const refused = { conclusion: "failure", rule: "commit-signature/forge-key" };
    expect(signatures(unnamed, (await bump(unnamed, app)).headOid)).toMatchObject(refused);
    // The same commit, which carries the bot's name, brought by someone else.
    const posing = await bump(named, app, "posing", alice);
    expect(signatures(named, posing.headOid)).toMatchObject(refused);
  });

  it("pass where the policy names the bot's app, which GitHub is asked for once", async () => {
    const { github, scene } = cast();
    const app = github.otherApp("renewer");
    const reviewer = github.otherApp("reviewer");
    const repository = await repositoryOf(
      "app-named",
      `signatures: { bots: [{ app: ${app.id} }] }`,
      `review: { bots: [{ app: ${reviewer.id} }] }`,
    );
    const green = (pull: PullRequestHandle) => {
      expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
    };
    expect(
      await lookUps(async () => {
        green(await cast().greenPull(repository, "of-people"));
      }),
    ).toBe(0);
    expect(
      await lookUps(async () => {
        green(await bump(repository, app));
      }),
    ).toBe(1);
    const reviewed = async () => {
      const pull = await cast().openPull(repository, "reviewed-by-app");
      await cast().complete(repository, pull, botOf(reviewer));
      await scene.settled();
      green(pull);
    };
    expect(await lookUps(reviewed)).toBe(1);
    expect(
      await lookUps(async () => {
        green(await bump(repository, app, "again"));
      }),
    ).toBe(0);
  });

  it("do not pass as an app that has another account, another id, or a name that was another's", async () => {
    const { github } = cast();
    const app = github.otherApp("updater");
    const repository = await repositoryOf("impostors", `signatures: { bots: [{ app: ${app.id} }] }`);
    github.renameApp(app, "updater-classic");
    // The name was free, and somebody took it.
    const taker = github.otherApp("updater");
    expect(signatures(repository, (await bump(repository, taker, "taken")).headOid)).toMatchObject({
      conclusion: "failure",
      rule: "commit-signature/forge-key",
    });
    // The one that is named goes by its new name.
    expect(cast().conclusions(repository, (await bump(repository, app, "renamed")).headOid)).toEqual(GREEN);
    // A person whose account is called like it.
    const person = github.user("updater-classics");
    const posing = await bump(repository, taker, "by-person", person);
    expect(signatures(repository, posing.headOid).conclusion).toBe("failure");
  });

  it("say how to name a bot whose app GitHub does not show", async () => {
    const { github } = cast();
    const app = github.otherApp("hidden", { private: true });
    const repository = await repositoryOf("app-hidden", `signatures: { bots: [{ app: ${app.id} }] }`);
    const { headOid } = await bump(repository, app);
    const { conclusion, rule, summary } = signatures(repository, headOid);
    expect([conclusion, rule]).toEqual(["failure", "commit-signature/unknown-forbidden"]);
    expect(summary).toContain(`by the id of its account, ${app.bot.id}`);
  });

  it("push releases without a case where the policy names their app, and the record says whose they are", async () => {
    const { admin, github, scene } = cast();
    const app = github.otherApp("releaser");
    const other = github.otherApp("other-releaser");
    const repository = await repositoryOf("releases", `breakGlass: { releaseBots: [{ app: ${app.id} }] }`);
    // A controlled branch that GitHub does not protect, so that everybody with write access can push to it.
    await repository.pushOid(admin, "release/1", await repository.tip());
    await scene.settled();
    const book = new RecordBook(scene.app.store, repository.repo);
    for (const pusher of [app, other]) {
      repository.grant(botOf(pusher), "write");
      const files = { [`${pusher.slug}.yaml`]: "version: 2\n" };
      await repository.push(botOf(pusher), "release/1", { message: "Release", files });
      await scene.settled();
    }
    expect((await book.pushes()).map(({ outcome, body }) => [outcome, body["bots"]])).toEqual([
      ["exempt", [{ account: app.bot.id, app: { known: true, value: { id: app.id, slug: "releaser" } } }]],
      [
        "failed",
        [{ account: other.bot.id, app: { known: true, value: { id: other.id, slug: other.slug } } }],
      ],
    ]);
    expect(await book.cases()).toHaveLength(1);
  });
}
