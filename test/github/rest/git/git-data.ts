import { gitCommit, ref as refJson } from "../../render/commits.js";
import { blobJson, treeJson } from "../../render/contents.js";
import { updateRef } from "../../world/branches/push-rules.js";
import { notFound, Refusal } from "../../world/refusal.js";
import { actorOf, created, ok, repoOf, text, type Handler } from "../request.js";

/** Git's own objects and refs. */
export const gitData: Readonly<Record<string, Handler>> = {
  "git/get-blob": async (request) => {
    const repo = repoOf(request);
    const oid = text(request, "file_sha");
    const [object] = /^[0-9a-f]{40}$/.test(oid) ? await repo.git.objects([oid]) : [];
    if (object?.type !== "blob") throw notFound();
    return ok(blobJson(request.world, repo, object));
  },
  "git/get-commit": async (request) => {
    const repo = repoOf(request);
    const oid = text(request, "commit_sha");
    if (!(await repo.git.isCommit(oid))) throw notFound();
    return ok(await gitCommit(request.world, repo, await repo.git.commitObject(oid)));
  },
  "git/get-tree": async (request) => {
    const repo = repoOf(request);
    const oid = await repo.git.resolve(`${text(request, "tree_sha")}^{tree}`);
    if (oid === null) throw notFound();
    // Any value asks for it, `0` and `false` too.
    const recursive = request.query["recursive"] !== undefined;
    return ok(await treeJson(request.world, repo, oid, recursive));
  },
  "git/get-ref": async (request) => {
    const repo = repoOf(request);
    const name = `refs/${text(request, "ref")}`;
    const oid = await repo.git.tip(name);
    if (oid === null) throw notFound();
    return ok(refJson(request.world, repo, name, oid));
  },
  "git/create-ref": async (request) => {
    const { world, body } = request;
    const repo = repoOf(request);
    const [name, oid] = [String(body["ref"]), String(body["sha"])];
    if (!name.startsWith("refs/") || !(await repo.git.isRefName(name)))
      throw new Refusal(422, "Reference name is invalid");
    if (!(await repo.git.isCommit(oid))) throw new Refusal(422, "Object does not exist");
    if ((await repo.git.tip(name)) !== null) throw new Refusal(422, "Reference already exists");
    await updateRef(world, repo, actorOf(request), name, oid);
    return created(refJson(world, repo, name, oid));
  },
};
