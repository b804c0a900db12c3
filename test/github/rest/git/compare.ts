import { comparisonJson, type Comparison } from "../../render/comparison.js";
import { fileDiffs } from "../../world/git/file-diffs.js";
import type { Repo } from "../../world/model.js";
import { notFound, Refusal } from "../../world/refusal.js";
import { ok, paged, repoOf, text, type Handler, type RestAnswer, type RestRequest } from "../request.js";

/** Listed where no page is asked for: the newest of the comparison. */
const UNPAGED_COMMITS = 250;
const LISTED_FILES = 300;

/** Comparisons of two commits: https://docs.github.com/rest/commits/commits#compare-two-commits */
export const compare: Readonly<Record<string, Handler>> = {
  "repos/compare-commits-with-basehead": async (request) => {
    const repo = repoOf(request);
    const comparison = await comparisonOf(repo, text(request, "basehead"));
    const oids = await repo.git.between(comparison.base.oid, comparison.head.oid);
    if (request.query["page"] === undefined && request.query["per_page"] === undefined) {
      return await answer(request, comparison, oids.slice(-UNPAGED_COMMITS), true);
    }
    const first = Number(request.query["page"] ?? 1) <= 1;
    const page = paged(request, oids, (some) => some);
    const listed = Array.isArray(page.body) ? page.body.map(String) : [];
    return { ...page, ...(await answer(request, comparison, listed, first)) };
  },
};

async function answer(
  request: RestRequest,
  comparison: Comparison,
  oids: readonly string[],
  withFiles: boolean,
): Promise<RestAnswer> {
  const repo = repoOf(request);
  const { mergeBase, head } = comparison;
  const files = withFiles ? await fileDiffs(repo.git, mergeBase.oid, head.oid) : null;
  const commits = await repo.git.commits(oids);
  const listed = files?.slice(0, LISTED_FILES) ?? null;
  return ok(await comparisonJson(request.world, repo, comparison, commits, listed));
}

/** @throws Refusal 404 for what names no commit, or commits without a common ancestor */
async function comparisonOf(repo: Repo, basehead: string): Promise<Comparison> {
  const { git } = repo;
  const [base = "", head = ""] = basehead.split("...", 2);
  const [baseOid, headOid] = await Promise.all([
    git.resolve(`${base}^{commit}`),
    git.resolve(`${head}^{commit}`),
  ]);
  if (baseOid === null || headOid === null) throw notFound();
  const mergeBase = await git.mergeBase(baseOid, headOid);
  if (mergeBase === null) throw new Refusal(404, `No common ancestor between ${base} and ${head}.`);
  return {
    base: await git.commitObject(baseOid),
    head: await git.commitObject(headOid),
    mergeBase: await git.commitObject(mergeBase),
    ahead: (await git.between(baseOid, headOid)).length,
    behind: (await git.between(headOid, baseOid)).length,
  };
}
