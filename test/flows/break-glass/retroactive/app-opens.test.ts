import { beforeAll, expect, it } from "@jest/globals";
import { withCast } from "../../../support/cast.js";
import { MANIFEST } from "../../../support/scene.js";
import { FILLED } from "../stage.js";
import { ask, lastStep, pushed, ruleIn, stepsIn } from "../talk.js";

withCast(
  "the retroactive pull request that the app opens",
  (cast) => {
    beforeAll(() => {
      // What an operator grants on top of the manifest who lets the app open pull requests.
      cast().installation.installation.permissions = {
        ...MANIFEST.permissions,
        contents: "write",
        pull_requests: "write",
      };
    });

    it("shows what landed, and documents it once someone has filled it in", async () => {
      const { alice, bob, carol, github, scene } = cast();
      const { repository, before, after, issue } = await pushed(cast(), "app", {
        more: ["retroactivePullRequest: app"],
      });
      const [retro, ...others] = repository.pullRequests();
      if (retro === undefined) throw new Error("the app opened no pull request");
      expect(others).toEqual([]);
      expect(retro.author).toBe(github.app.bot.login);
      expect([await repository.tip(retro.baseRef), retro.headOid]).toEqual([before, after]);
      expect(retro.body).toContain("## Follow-up");
      expect(issue.body).toContain(`/break-glass retro #${retro.number}`);
      // Branches of the app's own are no emergencies.
      expect(repository.issues()).toHaveLength(1);
      expect(await lastStep(cast(), repository)).toMatchObject({ kind: "landed" });

      await retro.edit(alice, { body: FILLED });
      await scene.settled();
      expect(await lastStep(cast(), repository)).toMatchObject({ kind: "documented", by: null, rule: null });
      await ask(cast(), issue, carol, "/break-glass ack");
      retro.review(bob, "APPROVE");
      await scene.settled();
      expect(ruleIn(await ask(cast(), issue, carol, "/break-glass close"))).toBeNull();
      expect((await stepsIn(cast(), repository)).map(({ kind }) => kind)).toEqual([
        "landed",
        "documented",
        "acknowledged",
        "approved",
        "closed",
      ]);
    });

    it("is opened once, though its answer got lost", async () => {
      const { github, scene } = cast();
      const fault = github.faults.next({ operation: "pulls/create" }, { kind: "drop", when: "after" });
      const repository = await pushedInTrouble();
      expect(fault.hits).toBe(1);
      await scene.hurried();
      await scene.settled();
      expect(repository.pullRequests()).toHaveLength(1);
      const [retro] = repository.pullRequests();
      expect(repository.issues()[0]?.body).toContain(`/break-glass retro #${retro?.number}`);

      async function pushedInTrouble() {
        const { admin } = cast();
        const made = await cast().repository("app-lost", {
          ".github/countersign.yml": cast().policy(["breakGlass:", "  retroactivePullRequest: app"]),
        });
        await scene.settled();
        await made.push(admin, "main", { message: "By hand", files: { "a.yaml": "a: 1\n" } });
        await scene.troubles();
        return made;
      }
    });

    it("is the team's where the policy does not ask for the app's", async () => {
      const { repository, issue } = await pushed(cast(), "team-opens");
      expect(repository.pullRequests()).toEqual([]);
      expect(issue.body).toContain("gh pr create");
    });
  },
  ["postgres"],
  () => ({ opensPullRequests: true }),
);
