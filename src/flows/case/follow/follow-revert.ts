import type { Case } from "../../../breakglass/case.js";
import { diffOf, type Tree } from "../../../breakglass/diff.js";
import type { CaseEvent } from "../../../breakglass/event.js";
import { readCaseFile } from "../../../breakglass/stored.js";
import type { RepositoryRef } from "../../../facts/facts.js";
import type { Installation } from "../../../github/github.js";
import type { StoredCase } from "../../../store/ports/case-store.js";
import type { FlowContext } from "../../context.js";
import { withCase } from "../core/with-case.js";

/** Whether what a case is about is undone at a commit: every path is as it was before, or every one as it landed. */
export type Undone = "reverted" | "landed" | "neither";

/** Looks whether the revert of a rejected change has landed, or was itself undone. */
export async function followRevert(
  context: FlowContext,
  installation: Installation,
  stored: StoredCase,
): Promise<void> {
  const { case: subject } = readCaseFile(stored.body, stored.digest);
  const { landing, rejection, revert } = subject;
  if (landing === null || rejection === null) return;
  const { tip } = await installation.branches.readBranch(stored.repository, stored.branch, null, 1);
  if (tip === null) return;
  const undone = await readUndone(installation, stored.repository, landing, tip);
  const at = context.clock.now().toISOString();
  const event = revert === null ? revertLanded(undone, tip, at) : revertUndone(undone, tip, at);
  if (event !== null) await withCase(context, stored.tenantId, stored.id, (draft) => draft.raise(event));
}

/** Compares trees: how a revert was made, as one commit or many, does not matter. What cannot be read is neither. */
export async function readUndone(
  { retroactive }: Pick<Installation, "retroactive">,
  repository: RepositoryRef,
  { beforeOid, afterOid }: NonNullable<Case["landing"]>,
  oid: string,
): Promise<Undone> {
  const before = await retroactive.readTree(repository, beforeOid);
  const after = await retroactive.readTree(repository, afterOid);
  const now = await retroactive.readTree(repository, oid);
  if (!before.known || !after.known || !now.known) return "neither";
  const paths = [...diffOf(before.value, after.value).keys()];
  if (paths.every((path) => sameAt(path, now.value, before.value))) return "reverted";
  return paths.every((path) => sameAt(path, now.value, after.value)) ? "landed" : "neither";
}

function sameAt(path: string, one: Tree, other: Tree): boolean {
  const [here, there] = [one.get(path), other.get(path)];
  return here?.oid === there?.oid && here?.mode === there?.mode;
}

const seen = (tip: string, at: string) => ({
  at,
  why: "",
  source: { kind: "comparison" as const, url: null },
  by: null,
  oid: tip,
});

const revertLanded = (undone: Undone, tip: string, at: string): CaseEvent<"revert-landed"> | null =>
  undone === "reverted"
    ? { ...seen(tip, at), id: `revert-landed:${tip}:${at}`, kind: "revert-landed" }
    : null;

const revertUndone = (undone: Undone, tip: string, at: string): CaseEvent<"revert-undone"> | null =>
  undone === "landed" ? { ...seen(tip, at), id: `revert-undone:${tip}:${at}`, kind: "revert-undone" } : null;
