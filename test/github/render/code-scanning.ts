import type { CodeScanningAlert, CodeScanningAnalysis, Repo } from "../world/model.js";
import type { Json } from "../world/json.js";
import { fullName, type World } from "../world/world.js";
import { repoApi } from "./repository.js";

export function alert(world: World, repo: Repo, entry: CodeScanningAlert): Json {
  const url = repoApi(world, repo, `/code-scanning/alerts/${entry.number}`);
  return {
    number: entry.number,
    created_at: entry.createdAt,
    updated_at: entry.createdAt,
    url,
    html_url: `${world.url}/${fullName(repo)}/security/code-scanning/${entry.number}`,
    instances_url: `${url}/instances`,
    state: entry.state,
    fixed_at: entry.state === "fixed" ? entry.createdAt : null,
    dismissed_by: null,
    dismissed_at: entry.state === "dismissed" ? entry.createdAt : null,
    dismissed_reason: null,
    dismissed_comment: null,
    rule: {
      id: entry.rule,
      name: entry.rule,
      description: entry.description,
      severity: entry.severity,
      security_severity_level: entry.securitySeverity,
      tags: [],
    },
    tool: { name: entry.tool, guid: null, version: null },
    most_recent_instance: {
      ref: entry.ref,
      analysis_key: entry.tool,
      environment: "{}",
      category: entry.tool,
      state: entry.state,
      commit_sha: entry.oid,
      message: { text: entry.description },
      location: {
        path: entry.path,
        start_line: entry.line,
        end_line: entry.line,
        start_column: 1,
        end_column: 1,
      },
      classifications: [],
    },
  };
}

export function analysis(world: World, repo: Repo, entry: CodeScanningAnalysis): Json {
  return {
    id: entry.id,
    ref: entry.ref,
    commit_sha: entry.oid,
    analysis_key: entry.tool,
    environment: "{}",
    category: entry.tool,
    error: entry.error,
    warning: "",
    created_at: entry.createdAt,
    results_count: entry.results,
    rules_count: 1,
    url: repoApi(world, repo, `/code-scanning/analyses/${entry.id}`),
    sarif_id: `00000000-0000-4000-8000-${String(entry.id).padStart(12, "0")}`,
    tool: { name: entry.tool, guid: null, version: null },
    deletable: true,
  };
}
