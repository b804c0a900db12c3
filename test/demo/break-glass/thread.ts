import type { CommentHandle, IssueHandle } from "../../github/scenario/issue.js";
import type { PullRequestHandle, UserHandle } from "../../github/scenario.js";
import * as show from "../show.js";
import type { Stage } from "../stage.js";
import { comment } from "./pages.js";

/** What is said on an issue or a pull request, as the story tells it: each comment of the app is shown once. */
export class Thread {
  readonly #stage: Stage;
  readonly #on: IssueHandle | PullRequestHandle;
  readonly #seen = new Set<number>();

  constructor(stage: Stage, on: IssueHandle | PullRequestHandle) {
    this.#stage = stage;
    this.#on = on;
  }

  /** Somebody comments, and the app answers. @throws unless its answer holds `expected` */
  async says(user: UserHandle, line: string, expected: string): Promise<void> {
    const kind = "issue" in this.#on ? "issue" : "pr";
    show.command(user.login, `gh ${kind} comment ${this.#on.number} --body '${line}'`);
    this.#on.comment(user, line);
    await this.#stage.quiet();
    this.news(expected);
  }

  /** Shows what the app has written since; if `brief`, without the next step, which was shown. @throws unless it holds `expected` */
  news(expected: string, { brief = false } = {}): void {
    const news = this.#unseen();
    this.passOver();
    for (const { author, body } of news) {
      comment(`${author} on #${this.#on.number}:`, brief ? body.replaceAll(/^Next: .*$/gm, "") : body);
    }
    if (!news.some(({ body }) => body.includes(expected)))
      throw new Error(`Nothing that the app wrote on #${this.#on.number} says “${expected}”.`);
  }

  /** Takes what is there as seen. */
  passOver(): void {
    for (const { id } of this.#on.comments) this.#seen.add(id);
  }

  #unseen(): CommentHandle[] {
    const app = this.#stage.github.app.bot.login;
    return this.#on.comments.filter(({ id, author }) => author === app && !this.#seen.has(id));
  }
}
