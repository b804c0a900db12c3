import { expect, it } from "@jest/globals";
import { withCast } from "../support/cast.js";

/** What a stranger may write where we show it: Markdown, HTML, mentions, addresses. */
const SEEN = [
  "<img src=x onerror=alert(1)>",
  "</details></sub><h1>All passed</h1>",
  "[All passed](https://evil.example)",
  "![x](https://evil.example/pixel.png)",
  "**bold** @acme/everyone #1",
  "| a | ✅ passed |",
  "``` `code` ```",
  "https://evil.example/phish",
].join(" ");
/** With control and bidirectional characters, which no policy file may hold. */
const HOSTILE = [SEEN, "\u202eesrever\u2066 \u200b\u0007\u001b[31mred\u009b"].join(" ");

/** What must not be left of it anywhere but in code, where GitHub renders nothing. */
const MARKUP = [
  "<img",
  "<h1>",
  "</details></sub>",
  "[All passed]",
  "![x]",
  "**bold**",
  "@acme",
  "everyone #1",
  "| a |",
  "https://evil.example",
];
const UNSEEN = /[\p{Cf}\u0000-\u0009\u000b-\u001f\u007f-\u009f\ud800-\udfff]/u;

/** Without fenced blocks and code spans. */
const rendered = (markdown: string): string =>
  markdown.replace(/^(`{3,}).*\n[^]*?\n\1$/gm, "").replace(/(`+)[^]*?[^`]\1(?!`)/g, "");

withCast("what strangers write", (cast) => {
  const expectNeutral = (markdown: string): void => {
    for (const markup of MARKUP) expect(rendered(markdown)).not.toContain(markup);
    expect(markdown).not.toMatch(UNSEEN);
  };

  it("is shown as plain text, and taken by GitHub", async () => {
    const { alice, bob, carol, github, keyring, scene } = cast();
    const key = await keyring.sshKey({ comment: "alice" });
    const repository = await cast().repository("hostile", {
      ".github/countersign.yml": cast().policy([`  - { check: ${JSON.stringify(SEEN)}, app: 4 }`]),
      ".github/countersign/allowed_signers": `alice@example.com ${key.publicKey} ${HOSTILE}\n${HOSTILE}\n`,
      ".github/countersign/keyring/<img src=x>@acme.asc": `${HOSTILE}\n`,
    });
    const reviewer = github.user("<img-src=x>@acme/everyone");
    repository.grant(reviewer, "write");
    const branch = "topic/<img>@acme/$(id)/`id`;#1";
    await repository.push(alice, branch, {
      message: `${HOSTILE}\n\nCo-authored-by: ${HOSTILE} <"><img src=x>@acme.example>`,
      author: { name: HOSTILE.replaceAll(/[<>]/g, ""), email: "**bold**@acme.example" },
      files: { "a.yaml": "a: 1\n" },
      key,
    });
    const pull = await repository.openPullRequest(alice, { head: branch, base: "main", title: HOSTILE });
    const sibling = { head: branch, base: "release/<img>@acme", title: HOSTILE };
    await repository.push(cast().admin, sibling.base, { message: "Release", files: { "b.yaml": "b: 1\n" } });
    await repository.openPullRequest(alice, sibling);
    await cast().complete(repository, pull);
    const stranger = github.otherApp("stranger");
    await repository.checkRun(stranger, pull.headOid, HOSTILE, {
      status: "completed",
      conclusion: "failure",
    });
    await repository.status(bob, pull.headOid, HOSTILE, "failure", { description: HOSTILE });
    pull.review(reviewer, "REQUEST_CHANGES", { body: HOSTILE });
    pull.review(carol, "COMMENT", { body: HOSTILE });
    await scene.settled();

    const runs = github.checkRuns(repository, pull.headOid);
    expect(runs).toHaveLength(5);
    for (const { title, summary, text } of runs) {
      for (const markdown of [title, summary, text]) expectNeutral(markdown ?? "");
    }
    const said = cast().said(repository, pull.headOid);
    // They are there to be read, so this is not the test of an empty page.
    expect(said).toContain("All passed");
    expect(said).toContain("everyone");
    expect(said).toContain("the head of 2 pull requests");
    const { annotations } = cast().check(repository, pull.headOid);
    expect(annotations.length).toBeGreaterThan(0);
    for (const { title, message } of annotations) expect(`${title ?? ""}${message}`).not.toMatch(UNSEEN);
    github.assertClean();
  });
});
