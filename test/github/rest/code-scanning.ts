import { alert, analysis } from "../render/code-scanning.js";
import type { Repo } from "../world/model.js";
import { Refusal } from "../world/refusal.js";
import { paged, repoOf, type Handler, type RestRequest } from "./request.js";

/** Code scanning results. */
export const codeScanning: Readonly<Record<string, Handler>> = {
  "code-scanning/list-alerts-for-repo": (request) => {
    const repo = enabled(repoOf(request));
    const { state, tool_name: tool, ref } = request.query;
    const alerts = repo.alerts.filter(
      (entry) =>
        (state === undefined || entry.state === state) &&
        (tool === undefined || entry.tool === tool) &&
        onRef(request, ref, entry.ref),
    );
    return paged(request, alerts.reverse(), (page) => page.map((entry) => alert(request.world, repo, entry)));
  },
  "code-scanning/list-recent-analyses": (request) => {
    const repo = enabled(repoOf(request));
    const { tool_name: tool, ref } = request.query;
    const analyses = repo.analyses.filter(
      (entry) => (tool === undefined || entry.tool === tool) && onRef(request, ref, entry.ref),
    );
    return paged(request, analyses.reverse(), (page) =>
      page.map((entry) => analysis(request.world, repo, entry)),
    );
  },
};

/** GitHub answers 404 where no tool ever reported. */
function enabled(repo: Repo): Repo {
  if (repo.analyses.length === 0) throw new Refusal(404, "no analysis found");
  return repo;
}

/** GitHub takes a branch's short name, its full ref, or `refs/pull/N/merge` and `/head`; by default the default branch. */
function onRef(request: RestRequest, wanted: string | number | boolean | undefined, ref: string): boolean {
  if (wanted === undefined) return ref === `refs/heads/${repoOf(request).defaultBranch}`;
  return ref === wanted || ref === `refs/heads/${String(wanted)}`;
}
