import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { isCountersignError } from "../errors.js";
import type { CodeScanningAlert, CodeScanningFact, Fact } from "../facts/facts.js";
import { known, unknown } from "../facts/facts.js";
import type { PullRequestAddress } from "../facts/source.js";
import { parseAnswer } from "./parse.js";

const analysis = z.object({
  commit_sha: z.string(),
  created_at: z.string(),
  error: z.string(),
  tool: z.object({ name: z.string().nullish() }),
});
const severity = z.enum(["critical", "high", "medium", "low"]);
const alert = z.object({
  number: z.number(),
  html_url: z.string(),
  rule: z.object({
    id: z.string().nullish(),
    description: z.string().nullish(),
    severity: z.enum(["error", "warning", "note", "none"]).nullish(),
    security_severity_level: severity.nullish(),
  }),
  tool: z.object({ name: z.string().nullish() }),
  most_recent_instance: z.object({
    location: z.object({ path: z.string().nullish(), start_line: z.number().nullish() }).nullish(),
  }),
});
type AlertNode = z.infer<typeof alert>;

/** GitHub analyses either the pull request's head or its test merge; both speak for the pull request. */
const REFS = ["head", "merge"] as const;

/**
 * Reads the analyses of exactly `commitOids` and the open alerts of a pull request; unknown where GitHub does not let
 * the app see them.
 */
export async function readCodeScanning(
  client: Octokit,
  { repository, number }: PullRequestAddress,
  commitOids: readonly string[],
): Promise<Fact<CodeScanningFact>> {
  const place = { owner: repository.owner, repo: repository.name, per_page: 100 };
  try {
    const found = await Promise.all(
      REFS.map(async (side) => {
        const ref = `refs/pull/${number}/${side}`;
        const analyses = client.paginate("GET /repos/{owner}/{repo}/code-scanning/analyses", {
          ...place,
          ref,
        });
        const alerts = client.paginate("GET /repos/{owner}/{repo}/code-scanning/alerts", {
          ...place,
          ref,
          state: "open",
        });
        return {
          analyses: parseAnswer(z.array(analysis), await analyses, "code-scanning analyses"),
          alerts: parseAnswer(z.array(alert), await alerts, "code-scanning alerts"),
        };
      }),
    );
    return known({
      analyses: found
        .flatMap(({ analyses }) => analyses.map(mapAnalysis))
        .filter(({ commitOid }) => commitOids.includes(commitOid)),
      openAlerts: uniqueAlerts(found.flatMap(({ alerts }) => alerts)).map(mapAlert),
    });
  } catch (error) {
    if (isCountersignError(error, "github-not-found")) return known({ analyses: [], openAlerts: [] });
    if (!isCountersignError(error, "github-forbidden")) throw error;
    return unknown(
      "forbidden",
      "Code-scanning results could not be read.",
      "Enable code scanning for the repository and grant the app “Code scanning alerts: read”.",
    );
  }
}

function mapAnalysis(node: z.infer<typeof analysis>): CodeScanningFact["analyses"][number] {
  return {
    tool: node.tool.name ?? "",
    commitOid: node.commit_sha,
    createdAt: node.created_at,
    error: node.error,
  };
}

function uniqueAlerts(alerts: readonly AlertNode[]): AlertNode[] {
  return [...new Map(alerts.map((node) => [node.number, node])).values()];
}

function mapAlert(node: AlertNode): CodeScanningAlert {
  const location = node.most_recent_instance.location;
  return {
    number: node.number,
    tool: node.tool.name ?? "",
    rule: node.rule.id ?? "",
    description: node.rule.description ?? "",
    // An alert without any severity is taken for the worst: it was raised, and nobody said that it is harmless.
    severity: node.rule.security_severity_level ?? node.rule.severity ?? "critical",
    path: location?.path ?? null,
    line: location?.start_line ?? null,
    url: node.html_url,
  };
}
