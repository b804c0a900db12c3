import { expect, it } from "@jest/globals";
import type { PullRequestHandle, RepositoryHandle } from "../../github/scenario.js";
import type { Cast } from "../../support/cast.js";
import { allowedSigner, fillWithHistory, type HistoryOptions, historySigner } from "../../support/history.js";
import { GREEN } from "./green.js";

/** Pull requests of many commits or files. */
export function many(cast: () => Cast): void {
  const signer = historySigner();
  const repositoryOf = (name: string, more: readonly string[] = []): Promise<RepositoryHandle> => {
    const files = cast().controlFiles();
    return cast().repository(name, {
      ".github/countersign.yml": cast().policy(more),
      ".github/countersign/allowed_signers": `${files[".github/countersign/allowed_signers"] ?? ""}${allowedSigner(signer, "alice@example.com")}`,
      "clusters/shop.yaml": "replicas: 3\n",
    });
  };

  /** Alice's pull request of `length` commits on top of the base branch, complete but for what is tried. */
  const pullOf = async (
    repository: RepositoryHandle,
    branch: string,
    length: number,
    change: Partial<HistoryOptions> = {},
  ): Promise<PullRequestHandle> => {
    const { git } = repository.repo;
    const parent = await repository.tip();
    const tree = await git.run("rev-parse", `${parent}^{tree}`);
    const email = "alice@example.com";
    const all = { isUnsigned: () => false, isChanged: () => false };
    const { oids } = await fillWithHistory(git, length, {
      ...{ ...all, signer, email, parent, tree, branch: `scratch/${branch}`, ...change },
    });
    await repository.pushOid(cast().alice, branch, oids.at(-1) ?? null);
    const pull = await repository.openPullRequest(cast().alice, {
      base: "main",
      head: branch,
      title: branch,
    });
    await cast().complete(repository, pull);
    await cast().scene.settled();
    return pull;
  };

  /** The base's tree with `count` small files in `docs`, and one more at a path of their own. */
  const treeOf = async ({ repo: { git } }: RepositoryHandle, count: number, more: string | null) => {
    const write = async (text: string) => {
      const oid = await git.git(["hash-object", "-w", "--stdin"], { input: text });
      return oid.toString("latin1").trim();
    };
    const make = async (lines: readonly string[]) => {
      const oid = await git.git(["mktree"], { input: `${lines.join("\n")}\n` });
      return oid.toString("latin1").trim();
    };
    const blob = await write("A page.\n");
    const pages = Array.from({ length: count }, (_, at) => `100644 blob ${blob}\t${at}.md`);
    const docs = `040000 tree ${await make(pages)}\tdocs`;
    const base = (await git.run("ls-tree", "main")).split("\n");
    if (more === null) return make([...base, docs]);
    const clusters = `040000 tree ${await make([`100644 blob ${blob}\t${more}`])}\tclusters`;
    return make([...base.filter((line) => !line.endsWith("\tclusters")), docs, clusters]);
  };

  it("of a thousand commits is looked at commit by commit: one that is not signed is found in the middle", async () => {
    const { github } = cast();
    const repository = await repositoryOf("thousand");
    const signed = await pullOf(repository, "signed", 1_000);
    expect(cast().conclusions(repository, signed.headOid)).toEqual(GREEN);
    const before = { facts: github.count("PullRequestFacts"), pages: github.count("PullRequestCommits") };
    const pull = await pullOf(repository, "one-is-not", 1_000, { isUnsigned: (index) => index === 500 });
    const unsigned = (await repository.repo.git.between(pull.pull.baseOid, pull.headOid))[500] ?? "";
    expect(cast().conclusions(repository, pull.headOid)).toEqual({
      ...GREEN,
      countersign: "failure",
      "countersign/signatures": "failure",
    });
    const { summary, text } = cast().check(repository, pull.headOid, "countersign/signatures");
    expect(`${summary ?? ""}${text ?? ""}`).toContain(unsigned.slice(0, 10));
    // Fifty at a time, in each look.
    const looks = github.count("PullRequestFacts") - before.facts;
    expect(github.count("PullRequestCommits") - before.pages).toBe(19 * looks);
  });

  it.each([3_000, 3_001])("of %i files is outside where none of them is gated", async (count) => {
    const repository = await repositoryOf(`files-${count}`, ["paths: [clusters]"]);
    const unsigned = { isUnsigned: () => true };
    const outside = { ...unsigned, tree: await treeOf(repository, count, null) };
    const docs = await pullOf(repository, "docs", 1, outside);
    expect(cast().conclusions(repository, docs.headOid)).toEqual(GREEN);
    expect(cast().check(repository, docs.headOid).title).toBe("Outside of what the policy gates");
    const gated = { ...unsigned, tree: await treeOf(repository, count, "shop.yaml") };
    const hidden = await pullOf(repository, "hidden", 1, gated);
    expect(cast().check(repository, hidden.headOid).conclusion).toBe("failure");
    expect(cast().said(repository, hidden.headOid)).toContain("Gated, for it changes clusters/shop.yaml.");
  });
}
