import { isCountersignError } from "../../../errors.js";
import { readCaseFile } from "../../../breakglass/stored.js";
import type { Installation } from "../../../github/github.js";
import { retroactiveTemplate, retroactiveTitle } from "../../../report/case/retroactive/template.js";
import type { StoredCase } from "../../../store/ports/case-store.js";
import type { FlowContext } from "../../context.js";
import { viewOf } from "../core/view.js";
import { withCase } from "../core/with-case.js";
import { currentUrl } from "../issue-url.js";

/** Opens the retroactive pull request, or leaves it to people where GitHub does not take it: the case must go on. */
export async function openRetroactive(
  context: FlowContext,
  installation: Installation,
  stored: StoredCase,
): Promise<void> {
  try {
    await open(context, installation, stored);
  } catch (error) {
    if (!isCountersignError(error, "github-rejected", "github-forbidden", "github-not-found")) throw error;
    const { tenantId, id } = stored;
    context.logger.error({ err: error, case: id }, "The retroactive pull request could not be opened");
    await withCase(context, tenantId, id, (draft) => {
      draft.note({ appOpens: false });
    });
  }
}

/**
 * Opens the retroactive pull request where the policy asks for it and the operator allows it: its base is the commit
 * before, its head what landed, so reviewers see exactly the emergency's diff. The branches are its name, so that after
 * a crash the one that was opened is found.
 */
async function open(
  context: FlowContext,
  { retroactive, cases }: Installation,
  stored: StoredCase,
): Promise<void> {
  const file = readCaseFile(stored.body, stored.digest);
  const { landing, documentation } = file.case;
  if (!file.appOpens || file.offer !== null || documentation !== null || landing === null) return;
  const { repository, tenantId, id } = stored;
  const [base, head] = [`break-glass/${id}/base`, `break-glass/${id}/head`];
  await cases.createBranch(repository, base, landing.beforeOid);
  await cases.createBranch(repository, head, landing.afterOid);
  const [found] = await retroactive.findPullsOfHead(repository, head);
  const view = await withCase(context, tenantId, id, (draft, tx) => viewOf(tx, draft));
  if (view === null) return;
  const content = { title: retroactiveTitle(view), body: retroactiveTemplate(view), head, base };
  const number = found ?? (await cases.createPullRequest(repository, content));
  await withCase(context, tenantId, id, (draft) => {
    draft.note({
      offer: {
        number,
        url: `${currentUrl(file.repositoryUrl, stored.repository)}/pull/${number}`,
        verdict: null,
      },
    });
  });
}
