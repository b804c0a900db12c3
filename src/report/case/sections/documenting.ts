import type { Landing } from "../../../breakglass/case.js";
import { shellWord } from "../../../policy/rules/shell.js";
import { code, commandBlock } from "../../escape.js";
import { link, prose, pullLink, shortOid, utc, who } from "../phrases.js";
import { retroactiveTemplate, retroactiveTitle } from "../retroactive/template.js";
import type { CaseView } from "../view.js";
import { fold } from "./lines.js";

/** How to document what landed, or by what it is documented; empty before it landed and after the end. */
export function documentingSection(view: CaseView): string {
  const { landing, documentation, state } = view.case;
  if (landing === null || state === "closed" || state === "withdrawn") return "";
  const title = "### How to document it";
  if (documentation === null)
    return [title, ...offerLines(view), ...wayOf(view, landing), templateFold(view)].join("\n\n");
  const { by, at, pullRequest, headOid } = documentation;
  const author = by === null ? "the app" : who(by);
  return `### Documentation\n\nDocumented by ${pullLink(view, pullRequest)} at ${shortOid(headOid)}, named by ${author} at ${utc(at)}. A push to it ends its documentation and voids its reviews.`;
}

function offerLines({ offer }: CaseView): string[] {
  if (offer === null) return [];
  const name = link(`Pull request ${offer.number}`, offer.url);
  return offer.verdict === null
    ? [`${name} is to document it.`]
    : [`${name} does not document it yet: ${prose(offer.verdict, 1_000)}`];
}

function wayOf(view: CaseView, landing: Landing): string[] {
  const { pullNumber, offer, appOpens } = view;
  if (pullNumber !== null)
    return [
      `Put the template below into the description of ${pullLink(view, pullNumber)}, fill it in, then comment here:`,
      commandBlock([`/break-glass retro #${pullNumber}`]),
    ];
  if (appOpens && offer === null) return ["The app opens the retroactive pull request by itself."];
  if (offer !== null && offer.verdict !== null)
    return [
      "Mend that and comment here, or put another one in its place:",
      commandBlock([`/break-glass retro #${offer.number}`]),
      ...openingCommands(view, landing),
    ];
  const number = offer === null ? "#N" : `#${offer.number}`;
  return [
    ...(offer === null ? openingCommands(view, landing) : []),
    "Fill in its description, then comment here:",
    commandBlock([`/break-glass retro ${number}`]),
  ];
}

/** Git's name for nothing: there was no branch. */
const NO_COMMIT = /^0+$/;
const OID = /^[0-9a-f]{40,64}$/;

function openingCommands(view: CaseView, { beforeOid, afterOid }: Landing): string[] {
  if (!OID.test(beforeOid) || !OID.test(afterOid) || NO_COMMIT.test(beforeOid) || NO_COMMIT.test(afterOid))
    return ["Open a pull request that shows exactly what landed."];
  const { case: subject, repository } = view;
  const name = `${repository.owner}/${repository.name}`;
  const [base, head] = [`break-glass/${subject.id}/base`, `break-glass/${subject.id}/head`];
  return [
    `Open the retroactive pull request, in a clone of ${code(name)}:`,
    commandBlock([
      `git fetch origin ${beforeOid} ${afterOid}`,
      `git push origin ${beforeOid}:refs/heads/${base} ${headSource(view, beforeOid, afterOid)}:refs/heads/${head}`,
      `gh pr create --repo ${shellWord(name)} --base ${base} --head ${head} --title ${shellWord(retroactiveTitle(view))} --body-file - <<'TEMPLATE'`,
      ...retroactiveTemplate(view).trimEnd().split("\n"),
      "TEMPLATE",
    ]),
  ];
}

/**
 * The commit that shows what landed when it is compared with the one before. After a forced move GitHub would compare
 * what landed with the last commit that both have, and not show what was thrown away; so its files are put on top of
 * the commit before.
 */
function headSource({ case: { id }, how }: CaseView, beforeOid: string, afterOid: string): string {
  if (how === "push" || how === "merge") return afterOid;
  return `"$(git commit-tree '${afterOid}^{tree}' -p ${beforeOid} -m 'Break-glass ${id}: what landed')"`;
}

function templateFold(view: CaseView): string {
  return fold("The template", `\`\`\`\`md\n${retroactiveTemplate(view).trimEnd()}\n\`\`\`\``);
}

/** How to take back what landed, once the review asked for it; empty otherwise. */
export function revertSection(view: CaseView): string {
  const { landing, state, id } = view.case;
  if (state !== "rejected" || landing === null) return "";
  const { beforeOid, afterOid } = landing;
  const title = "### How to revert it";
  if (!OID.test(beforeOid) || !OID.test(afterOid) || NO_COMMIT.test(beforeOid))
    return `${title}\n\nOpen a pull request that takes back what landed.`;
  const branch = `break-glass/${id}/revert`;
  const name = `${view.repository.owner}/${view.repository.name}`;
  return [
    title,
    `In a clone of ${code(name)}; where later changes touched the same lines, resolve what is left of them by hand before the commit:`,
    commandBlock([
      `git fetch origin ${beforeOid} ${afterOid} ${shellWord(`refs/heads/${view.branch}`)}:${shellWord(`refs/remotes/origin/${view.branch}`)}`,
      `git switch --create ${branch} ${shellWord(`refs/remotes/origin/${view.branch}`)}`,
      `git diff --binary ${afterOid} ${beforeOid} | git apply --3way --index`,
      `git commit --gpg-sign --message 'Revert break-glass ${id}'`,
      `git push origin ${branch}`,
      `gh pr create --repo ${shellWord(name)} --base ${shellWord(view.branch)} --head ${branch} --title 'Revert break-glass ${id}' --body 'Takes back what landed in break-glass case ${id}.'`,
    ]),
  ].join("\n\n");
}
