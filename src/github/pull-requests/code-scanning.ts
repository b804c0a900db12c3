import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { isCountersignError } from "../../errors.js";
import type { CodeScanningAlert, CodeScanningFact, Fact, RepositoryRef } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import type { PullRequestAddress } from "../../facts/source.js";
import { parseAnswer } from "../client/parse.js";

const analysis = z.object({
  commit_sha: z.string(),
  created_at: z.string(),
  error: z.string(),
  tool: z.object({ name: z.string().nullish() }),
});
const severity = z.enum(["critical", "high", "medium", "low"]);
const alert = z.object({
  number: z.number(),
  created_at: z.string(),
  fixed_at: z.string().nullish(),
  dismissed_at: z.string().nullish(),
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
type AnalysisNode = z.infer<typeof analysis>;
type AlertNode = z.infer<typeof alert>;
const gitCommit = z.object({ parents: z.array(z.object({ sha: z.string() })) });

/** How many test merges are looked at: one is made for each push to either branch. */
const MAX_TEST_MERGES = 10;

/**
 * Reads the analyses of exactly this head or of a test merge of it, and the open alerts of a pull request; with `asOf`
 * both as they were at that time. Unknown where GitHub does not let the app see them.
 */
export async function readCodeScanning(
  client: Octokit,
  { repository, number }: PullRequestAddress,
  headOid: string,
  asOf: Date | null,
): Promise<Fact<CodeScanningFact>> {
  const read = (side: string) => readSide(client, repository, `refs/pull/${number}/${side}`, asOf);
  try {
    const [head, merge] = await Promise.all([read("head"), read("merge")]);
    const analyses = [
      ...head.analyses.filter(({ commit_sha }) => commit_sha === headOid),
      ...(await ofTestMerges(client, repository, merge.analyses, headOid)),
    ];
    const alerts = uniqueAlerts([...head.alerts, ...merge.alerts]);
    return known({ analyses: analyses.map(mapAnalysis), openAlerts: alerts.map(mapAlert) });
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
  readonly analyses: readonly AnalysisNode[];
  readonly alerts: readonly AlertNode[];
}

/** GitHub answers 404 for a ref that was never analysed: then there is no analysis of it, and that never passes. */
async function readSide(
  client: Octokit,
  { owner, name }: RepositoryRef,
  ref: string,
  asOf: Date | null,
): Promise<Side> {
  const place = { owner, repo: name, ref, per_page: 100 };
  // Of the past, what is closed by now may have been open.
  const state = asOf === null ? { state: "open" as const } : {};
  try {
    const [analyses, alerts] = await Promise.all([
      client.paginate("GET /repos/{owner}/{repo}/code-scanning/analyses", place),
      client.paginate("GET /repos/{owner}/{repo}/code-scanning/alerts", { ...place, ...state }),
    ]);
    return {
      analyses: parseAnswer(z.array(analysis), analyses, "code-scanning analyses").filter(
        ({ created_at }) => asOf === null || isBy(created_at, asOf),
      ),
      alerts: parseAnswer(z.array(alert), alerts, "code-scanning alerts").filter(
        (node) => asOf === null || wasOpen(node, asOf),
      ),
    };
  } catch (error) {
    if (isCountersignError(error, "github-not-found")) return { analyses: [], alerts: [] };
    throw error;
  }
}

const isBy = (time: string, asOf: Date): boolean => Date.parse(time) <= asOf.getTime();

/** An alert that is closed without a time to it counts as open. */
function wasOpen({ created_at, fixed_at, dismissed_at }: AlertNode, asOf: Date): boolean {
  return (
    isBy(created_at, asOf) &&
    ![fixed_at, dismissed_at].some((time) => typeof time === "string" && isBy(time, asOf))
  );
}

/**
 * Those analyses that are of a merge of the head. GitHub names the test merge only while the pull request is open, and
 * makes another whenever the base moves, so each is told by its parents.
 */
async function ofTestMerges(
  client: Octokit,
  repository: RepositoryRef,
  analyses: readonly AnalysisNode[],
  headOid: string,
): Promise<AnalysisNode[]> {
  const newestFirst = [...analyses].sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
  const oids = [...new Set(newestFirst.map(({ commit_sha }) => commit_sha))].slice(0, MAX_TEST_MERGES);
  const parents = await Promise.all(oids.map((oid) => readParents(client, repository, oid)));
  const merges = new Set(oids.filter((_oid, at) => isMergeOf(parents[at] ?? [], headOid)));
  return newestFirst.filter(({ commit_sha }) => merges.has(commit_sha));
}

const isMergeOf = (parents: readonly string[], oid: string): boolean =>
  parents.length > 1 && parents.includes(oid);

/** None of a commit that is gone: GitHub does not keep test merges for ever. */
async function readParents(client: Octokit, { owner, name }: RepositoryRef, oid: string): Promise<string[]> {
  try {
    const { data } = await client.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", {
      owner,
      repo: name,
      commit_sha: oid,
    });
    return parseAnswer(gitCommit, data, "a commit").parents.map(({ sha }) => sha);
  } catch (error) {
    if (isCountersignError(error, "github-not-found")) return [];
    throw error;
  }
}

function mapAnalysis(node: AnalysisNode): CodeScanningFact["analyses"][number] {
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
