import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { isCountersignError } from "../errors.js";
import type { CodeScanningAlert, CodeScanningFact, Fact, RepositoryRef } from "../facts/facts.js";
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
  try {
    const found = await Promise.all(
      REFS.map((side) => readSide(client, repository, `refs/pull/${number}/${side}`)),
    );
    return known({
      analyses: found
        .flatMap(({ analyses }) => analyses.map(mapAnalysis))
        .filter(({ commitOid }) => commitOids.includes(commitOid)),
      openAlerts: uniqueAlerts(found.flatMap(({ alerts }) => alerts)).map(mapAlert),
    });
  } catch (error) {
    if (!isCountersignError(error, "github-forbidden")) throw error;
    return unknown(
      "forbidden",
      "Code-scanning results could not be read.",
      "Enable code scanning for the repository and grant the app “Code scanning alerts: read”.",
    );
  }
}

interface Side {
  readonly analyses: readonly z.infer<typeof analysis>[];
  readonly alerts: readonly AlertNode[];
}

/** GitHub answers 404 for a ref that was never analysed: then there is no analysis of it, and that never passes. */
async function readSide(client: Octokit, { owner, name }: RepositoryRef, ref: string): Promise<Side> {
  const place = { owner, repo: name, ref, per_page: 100 };
  try {
    const [analyses, alerts] = await Promise.all([
      client.paginate("GET /repos/{owner}/{repo}/code-scanning/analyses", place),
      client.paginate("GET /repos/{owner}/{repo}/code-scanning/alerts", { ...place, state: "open" }),
    ]);
    return {
      analyses: parseAnswer(z.array(analysis), analyses, "code-scanning analyses"),
      alerts: parseAnswer(z.array(alert), alerts, "code-scanning alerts"),
    };
  } catch (error) {
    if (isCountersignError(error, "github-not-found")) return { analyses: [], alerts: [] };
    throw error;
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
