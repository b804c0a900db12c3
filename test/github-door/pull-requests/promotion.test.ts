import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { connectGitHub, type Installation } from "../../../src/github/github.js";
import { silentLogger } from "../../../src/logger.js";
import { openPull, setStage, type Stage } from "../../github/support/stage.js";
import type { PullRequestHandle } from "../../github/scenario.js";

/** Pull requests that carry the default branch on to others, as GitHub knows them: their commits are all merged. */

let stage: Stage;
let door: Installation;
let promotions: PullRequestHandle[];

beforeEach(async () => {
  stage = await setStage();
  const { github, clock, repository, author, admin } = stage;
  const { appId, privateKey, apiUrl } = github;
  door = connectGitHub({ appId, privateKey, apiUrl }, clock, silentLogger).forInstallation(
    stage.installation.id,
  );
  const before = await repository.tip();
  for (const base of ["staging", "production"]) await repository.pushOid(admin, base, before);
  await (await openPull(stage)).merge(author, { method: "rebase" });
  promotions = [];
  for (const base of ["staging", "production"]) {
    promotions.push(await repository.openPullRequest(author, { head: "main", base, title: `To ${base}` }));
  }
});
afterEach(() => stage.github.close());

const here = () => {
  const { id, owner, name } = stage.repository.repo;
  return { id, owner: owner.login, name };
};
const siblingsOf = async ({ number }: PullRequestHandle) =>
  (await door.facts.readPullRequest({ repository: here(), number })).siblings;

describe("pull requests from the default branch", () => {
  it("see each other, though GitHub names neither by their commit", async () => {
    const [staging, production] = promotions;
    if (staging === undefined || production === undefined) throw new TypeError("Both were opened.");
    expect(await siblingsOf(staging)).toEqual({
      known: true,
      value: [{ number: production.number, baseRef: "production" }],
    });
    await production.close(stage.author);
    expect(await siblingsOf(staging)).toEqual({ known: true, value: [] });
  });
});
