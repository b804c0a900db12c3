import type { Repo } from "../../world/model.js";
import { Refusal } from "../../world/refusal.js";

/** The commit that a branch, tag or OID means. @throws Refusal 422 where it means none, as GitHub does */
export async function commitOf(repo: Repo, ref: string): Promise<string> {
  const oid = await repo.git.resolve(`${ref}^{commit}`);
  if (oid === null) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  return oid;
}
