import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { RepositoryRef } from "../facts/facts.js";
import type { InstallationBudget } from "./budget/installation-budget.js";
import { costOf } from "./budget/limits.js";
import { parseAnswer } from "./client/parse.js";

/** What a check run says. Limits are GitHub's: https://docs.github.com/rest/checks/runs */
export interface CheckRunContent {
  readonly name: string;
  readonly headOid: string;
  /** Ours: finds the run again after a crash between posting and noting its id. */
  readonly externalId: string;
  /** `pending`: it has not ended yet. */
  readonly conclusion: "success" | "failure" | "neutral" | "action_required" | "pending";
  readonly title: string;
  readonly summary: string;
  readonly text: string;
  readonly annotations: readonly CheckAnnotation[];
  readonly actions: readonly CheckAction[];
}

/** A button: label and identifier of at most 20 characters, description of at most 40; three a check run. */
export interface CheckAction {
  readonly label: string;
  readonly description: string;
  readonly identifier: string;
}

export interface CheckAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: "notice" | "warning" | "failure";
  readonly title: string;
  readonly message: string;
}

/** GitHub takes 50 annotations a request and appends those of later updates. */
export const ANNOTATIONS_A_REQUEST = 50;

const CREATE = "/repos/{owner}/{repo}/check-runs";

const created = z.object({ id: z.number() });
const listed = z.object({
  check_runs: z.array(
    z.object({
      id: z.number(),
      external_id: z.string().nullable(),
      output: z.object({ annotations_count: z.number() }),
    }),
  ),
});

/** A check run of ours as GitHub has it. */
export interface PostedRun {
  readonly id: number;
  readonly externalId: string | null;
  readonly annotated: boolean;
}

/** Check runs as one installation may write them. */
export class CheckRuns {
  readonly #client: Octokit;
  readonly #appId: number;
  readonly #budget: Pick<InstallationBudget, "setAside">;

  constructor(appId: number, client: Octokit, budget: Pick<InstallationBudget, "setAside">) {
    this.#appId = appId;
    this.#client = client;
    this.#budget = budget;
  }

  /**
   * Makes sure that so many check runs can be posted by the job under way.
   * @throws CountersignError `github-rate-limited` where GitHub's limits leave too little at present
   */
  async setAside(count: number): Promise<void> {
    await this.#budget.setAside(costOf("POST", CREATE), count);
  }

  /** Our newest check run with this name on a commit, which is the one that GitHub shows, or `null`. */
  async newest(
    repository: RepositoryRef,
    { name, headOid }: Pick<CheckRunContent, "name" | "headOid">,
  ): Promise<PostedRun | null> {
    const { data } = await this.#client.request("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
      ...place(repository),
      ref: headOid,
      check_name: name,
      app_id: this.#appId,
      filter: "all",
      per_page: 100,
    });
    const runs = parseAnswer(listed, data, "a commit's check runs").check_runs;
    const [newest] = [...runs].sort((one, other) => other.id - one.id);
    if (newest === undefined) return null;
    const { id, external_id: externalId, output: said } = newest;
    return { id, externalId, annotated: said.annotations_count > 0 };
  }

  /** Creates a check run and returns its id. */
  async create(repository: RepositoryRef, content: CheckRunContent): Promise<number> {
    const { data } = await this.#client.request(`POST ${CREATE}`, {
      ...place(repository),
      name: content.name,
      head_sha: content.headOid,
      ...body(content),
    });
    const { id } = parseAnswer(created, data, "creating a check run");
    await this.#appendAnnotations(repository, id, content);
    return id;
  }

  /** Rewrites a check run in place. Only for runs without annotations: GitHub cannot take those away again. */
  async update(repository: RepositoryRef, id: number, content: CheckRunContent): Promise<void> {
    await this.#client.request("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", {
      ...place(repository),
      check_run_id: id,
      ...body(content),
    });
    await this.#appendAnnotations(repository, id, content);
  }

  async #appendAnnotations(repository: RepositoryRef, id: number, content: CheckRunContent): Promise<void> {
    const { annotations } = content;
    for (let start = ANNOTATIONS_A_REQUEST; start < annotations.length; start += ANNOTATIONS_A_REQUEST) {
      await this.#client.request("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", {
        ...place(repository),
        check_run_id: id,
        output: output(content, annotations.slice(start, start + ANNOTATIONS_A_REQUEST)),
      });
    }
  }
}

const place = ({ owner, name }: RepositoryRef) => ({ owner, repo: name });

const standing = (conclusion: CheckRunContent["conclusion"]) =>
  conclusion === "pending"
    ? { status: "in_progress" as const }
    : { status: "completed" as const, conclusion };

function body(content: CheckRunContent) {
  return {
    external_id: content.externalId,
    ...standing(content.conclusion),
    output: output(content, content.annotations.slice(0, ANNOTATIONS_A_REQUEST)),
    actions: content.actions.map((action) => ({ ...action })),
  };
}

function output({ title, summary, text }: CheckRunContent, annotations: readonly CheckAnnotation[]) {
  return { title, summary, text, annotations: annotations.map((annotation) => ({ ...annotation })) };
}
