import type { Octokit } from "@octokit/rest";
import type { CaseWriter, IssueContent, IssuePlace } from "../../facts/case-source.js";
import type { RepositoryRef } from "../../facts/facts.js";
import { createComment, findComment } from "./comments.js";
import { createIssue, findIssue, updateIssue } from "./issues.js";
import { createBranch, createPullRequest } from "./retroactive-pull.js";

/** Issues, comments and retroactive pull requests as one installation of the app may write them. */
export class GitHubCaseWriter implements CaseWriter {
  readonly #appId: number;
  readonly #client: Octokit;

  constructor(appId: number, client: Octokit) {
    this.#appId = appId;
    this.#client = client;
  }

  findIssue(place: IssuePlace, marker: string, since: Date): Promise<number | null> {
    return findIssue(this.#client, this.#appId, place, marker, since);
  }

  createIssue(place: IssuePlace, content: IssueContent): Promise<number> {
    return createIssue(this.#client, place, content);
  }

  updateIssue(place: IssuePlace, number: number, content: IssueContent): Promise<void> {
    return updateIssue(this.#client, place, number, content);
  }

  findComment(place: IssuePlace, number: number, marker: string, since: Date): Promise<number | null> {
    return findComment(this.#client, this.#appId, place, number, marker, since);
  }

  createComment(place: IssuePlace, number: number, body: string): Promise<number> {
    return createComment(this.#client, place, number, body);
  }

  createBranch(repository: RepositoryRef, branch: string, oid: string): Promise<void> {
    return createBranch(this.#client, repository, branch, oid);
  }

  createPullRequest(
    repository: RepositoryRef,
    content: Parameters<CaseWriter["createPullRequest"]>[1],
  ): Promise<number> {
    return createPullRequest(this.#client, repository, content);
  }
}
