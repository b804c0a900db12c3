import { expect, it } from "@jest/globals";
import { type Cast, withCast } from "../../support/cast.js";
import { recordsIn } from "../break-glass/stage.js";
import { answersTo, ask, pushed, ruleIn } from "../break-glass/talk.js";

const DOCS = "https://docs.acme.example/countersign";

const suite = (cast: () => Cast): void => {
  it("are refused ten times, told so once, and then neither answered nor recorded for an hour", async () => {
    const { carol, clock, github, scene } = cast();
    const { repository, issue } = await pushed(cast(), "strangers");
    const stranger = github.user("stranger");
    repository.grant(stranger, "read");
    await scene.settled();
    // Refused by itself or as a step of a case, it counts.
    for (let time = 0; time < 5; time += 1) {
      expect(ruleIn(await ask(cast(), issue, stranger, "/break-glass ack"))).toBe("not-authorised");
      expect(ruleIn(await ask(cast(), issue, stranger, "/break-glass akc"))).toBe("keyword-misspelt");
    }
    expect(ruleIn(await ask(cast(), issue, stranger, "/break-glass ack"))).toBe("too-many-refused");
    const records = (await recordsIn(cast(), repository)).length;
    for (const line of ["/break-glass ack", "/break-glass akc", "/countersign help"]) {
      const comment = issue.comment(stranger, line);
      await scene.settled();
      expect([line, answersTo(issue, comment)]).toEqual([line, []]);
    }
    expect(await recordsIn(cast(), repository)).toHaveLength(records);

    // Elsewhere, and others here, are heard as ever; who may write is, whatever they mistyped.
    const pull = await cast().openPull(repository, "topic");
    await scene.settled();
    expect(await ask(cast(), pull, stranger, "/countersign recheck")).toContain("looked at again");
    for (let time = 0; time < 11; time += 1) {
      expect(ruleIn(await ask(cast(), issue, carol, "/break-glass akc"))).toBe("keyword-misspelt");
    }
    expect(await ask(cast(), issue, carol, "/break-glass ack")).toContain("Acknowledged");

    clock.advance(61 * 60_000);
    const help = await ask(cast(), issue, stranger, "/countersign help");
    expect(help).toContain("Who is heard");
    expect(help).toContain(`(${DOCS}/break-glass.md)`);
  });

  it("are answered, and checks explained, with links into the documentation that the operator names", async () => {
    const { bob, scene } = cast();
    const repository = await cast().repository("linked");
    const pull = await cast().openPull(repository, "topic", { push: { key: null } });
    await scene.settled();
    const { text } = cast().check(repository, pull.headOid);
    expect(text).toContain(`[\`commit-signature/unsigned\`](${DOCS}/policy.md#rule-commit-signature)`);
    const answer = await ask(cast(), pull, bob, "/break-glass akc");
    expect(answer).toContain(`(${DOCS}/break-glass.md#why-something-is-refused)`);
  });
};

withCast("commands of strangers", suite, ["postgres"], () => ({ docsUrl: DOCS }));
