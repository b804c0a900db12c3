import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { mergeTagsOf } from "../../src/signatures/object/mergetags.js";
import { openScene, type Scene, ALICE, AT, BOB } from "../cli/verify/scene.js";

const HEAD = "tree x\nparent y\nauthor a\ncommitter c\n";

describe("the tags that a merge embeds", () => {
  it("are put together from their folded lines", () => {
    const tags = fc.array(fc.array(fc.stringMatching(/^[a-z \t]*$/), { minLength: 1, maxLength: 6 }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(tags, fc.string(), (made, message) => {
        const headers = made.map(
          (lines) => `mergetag ${lines.map((line) => `${line}\n`).join(" ")}gpgsig x\n y\n`,
        );
        const found = mergeTagsOf(Buffer.from(`${HEAD}${headers.join("")}\n${message}`));
        expect(found.map((tag) => Buffer.from(tag).toString())).toEqual(
          made.map((lines) => lines.map((line) => `${line}\n`).join("")),
        );
      }),
    );
  });

  it.each([
    ["none", `${HEAD}\nmessage\n`],
    ["one in the message", `${HEAD}\nmessage\n\nmergetag object x\n`],
    ["one inside another header", `${HEAD}gpgsig x\n mergetag object x\n\nmessage\n`],
    ["nothing at all", ""],
  ])("%s", (_, raw) => {
    expect(mergeTagsOf(Buffer.from(raw))).toEqual([]);
  });
});

describe("a merge of a signed tag, made by git", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.dispose());

  it("embeds the very tag, which is verified beside the commit and does not count", async () => {
    const { repository, bob } = scene;
    const base = await repository.commit({ message: "base", author: ALICE, date: AT });
    const side = await repository.commit({
      message: "side",
      author: BOB,
      date: AT,
      branch: "side",
      parents: [base],
    });
    const tag = await repository.tag({
      name: "v1",
      message: "t",
      tagger: BOB,
      target: side,
      key: bob,
      date: AT,
    });
    const raw = (await repository.rawObject(tag)).toString("latin1");
    const tree = await repository.run("rev-parse", `${base}^{tree}`);
    const stamp = `Alice <alice@example.com> ${AT.getTime() / 1000} +0000`;
    const headers = `tree ${tree}\nparent ${base}\nparent ${side}\nauthor ${stamp}\ncommitter ${stamp}\n`;
    const folded = raw.trimEnd().replaceAll("\n", "\n ");
    const merge = await repository.writeObject(
      "commit",
      Buffer.from(`${headers}mergetag ${folded}\n\nmerge\n`, "latin1"),
    );
    const { lines, stderr, code } = await scene.json([merge]);
    expect(lines).toMatchObject([
      {
        oid: merge,
        verdict: "unsigned",
        mergetags: [{ oid: tag, type: "tag", verdict: "good", identity: "committer" }],
      },
    ]);
    expect(stderr).toContain("1 object: 1 unsigned.");
    expect(code).toBe(1);
  });
});
