import * as issues from "../world/issues.js";
import type { App, Issue, IssueComment, Repo } from "../world/model.js";
import type { World } from "../world/world.js";
import type { UserHandle } from "./user.js";

export interface CommentOptions {
  /** An app that the person lets write for them: GitHub says of the comment that it came by it. */
  readonly via?: App;
}

/** A comment on an issue or pull request as a test holds it. */
export class CommentHandle {
  readonly comment: IssueComment;
  readonly #world: World;
  readonly #repo: Repo;

  constructor(world: World, repo: Repo, comment: IssueComment) {
    this.#world = world;
    this.#repo = repo;
    this.comment = comment;
  }

  get id(): number {
    return this.comment.id;
  }

  /** The author's login; of an app's own comment its bot's. */
  get author(): string {
    return this.comment.author.login;
  }

  get body(): string {
    return this.comment.body;
  }

  edit(user: UserHandle, body: string): void {
    issues.editComment(this.#world, this.#repo, this.comment, user.account, body);
  }

  delete(user: UserHandle): void {
    issues.deleteComment(this.#world, this.#repo, this.comment, user.account);
  }
}

/** An issue as a test holds it: made by a person, or by the app under test. */
export class IssueHandle {
  readonly issue: Issue;
  readonly #world: World;
  readonly #repo: Repo;

  constructor(world: World, repo: Repo, issue: Issue) {
    this.#world = world;
    this.#repo = repo;
    this.issue = issue;
  }

  get number(): number {
    return this.issue.number;
  }

  /** The author's login; of an app's own issue its bot's. */
  get author(): string {
    return this.issue.author.login;
  }

  get title(): string {
    return this.issue.title;
  }

  get body(): string {
    return this.issue.body ?? "";
  }

  get labels(): readonly string[] {
    return this.issue.labels;
  }

  get state(): Issue["state"] {
    return this.issue.state;
  }

  get stateReason(): Issue["stateReason"] {
    return this.issue.stateReason;
  }

  /** The oldest first. */
  get comments(): CommentHandle[] {
    return commentsOn(this.#world, this.#repo, this.number);
  }

  comment(user: UserHandle, body: string, options: CommentOptions = {}): CommentHandle {
    return commentOn(this.#world, this.#repo, this.number, user, body, options);
  }

  edit(user: UserHandle, edit: Pick<issues.IssueEdit, "title" | "body">): void {
    this.#edit(user, edit);
  }

  close(user: UserHandle, stateReason: "completed" | "not_planned" = "completed"): void {
    this.#edit(user, { state: "closed", stateReason });
  }

  reopen(user: UserHandle): void {
    this.#edit(user, { state: "open" });
  }

  label(user: UserHandle, ...names: string[]): void {
    this.#edit(user, { labels: [...this.labels, ...names] });
  }

  unlabel(user: UserHandle, ...names: string[]): void {
    this.#edit(user, { labels: this.labels.filter((name) => !names.includes(name)) });
  }

  delete(user: UserHandle): void {
    issues.deleteIssue(this.#world, this.#repo, this.issue, user.account);
  }

  #edit(user: UserHandle, edit: issues.IssueEdit): void {
    issues.editIssue(this.#world, this.#repo, this.issue, user.account, edit);
  }
}

/** `user` comments on an issue or pull request. */
export function commentOn(
  world: World,
  repo: Repo,
  number: number,
  user: UserHandle,
  body: string,
  { via }: CommentOptions,
): CommentHandle {
  const comment = issues.addComment(world, repo, number, user.account, { body, app: via ?? null });
  return new CommentHandle(world, repo, comment);
}

/** The comments on an issue or pull request, the oldest first. */
export function commentsOn(world: World, repo: Repo, number: number): CommentHandle[] {
  const comments = repo.comments.filter(({ issueNumber }) => issueNumber === number);
  return comments.map((comment) => new CommentHandle(world, repo, comment));
}
