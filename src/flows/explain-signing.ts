import { resolvePolicy } from "../policy/resolve.js";
import { signingHelp } from "../report/signing-help.js";
import type { PayloadOf } from "../store/jobs.js";
import { installationOf, type FlowContext } from "./context.js";

/**
 * Answers whoever asked on a check run how to sign: with a comment, once a pull request and head, by what its base branch
 * trusts now.
 *
 * @throws CountersignError a `github-*` code, or `head-moved`
 */
export async function explainSigning(
  context: FlowContext,
  { tenantId, repository, number, oid }: PayloadOf<"explain-signing">,
): Promise<void> {
  const { store } = context;
  const key = `how-to-sign:${repository.id}#${number}@${oid}`;
  const installation = await installationOf(context, tenantId);
  if (installation === null || (await store.findComment(tenantId, key)) !== null) return;
  const reading = await installation.facts.readPullRequest({ repository, number });
  const { pullRequest, controlFiles } = reading;
  if (pullRequest.state !== "OPEN") return;
  const source = resolvePolicy(controlFiles, null);
  const body = signingHelp({
    repository: reading.repository,
    pullRequest,
    files: controlFiles.known ? controlFiles.value : null,
    policy: source.kind === "usable" ? source.policy : null,
  });
  const on = { repository: reading.repository, number };
  await store.transaction(async (tx) => {
    await tx.wantComment({ tenantId, key, caseId: null, on, body });
    await tx.enqueue({ task: "publish-comment", payload: { tenantId, key } });
  });
}
