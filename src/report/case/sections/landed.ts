import type { Declaration, Landing } from "../../../breakglass/case.js";
import type { Hand, Involved } from "../../../breakglass/roles.js";
import { code } from "../../escape.js";
import { sourceOf } from "../happening.js";
import { HANDS, link, listed, prose, pullLink, quoted, shortOid, utc, utcSeconds, who } from "../phrases.js";
import type { CaseView, Form } from "../view.js";
import { fitLines } from "./lines.js";

const FORMS: Readonly<Record<Form, string>> = {
  merge: "A pull request was merged while its gates had not passed.",
  push: "Commits were pushed to the branch without a pull request.",
  "force-push": "The branch was moved by force.",
  "re-created": "The branch was deleted and created again.",
};

/** What landed, or is to land: commits, people, times, and whether anybody had asked before. */
export function landedSection(view: CaseView): string {
  const { landing, declaration } = view.case;
  const title = landing === null ? "### What may land" : "### What landed";
  const lines = [
    ...changeLines(view),
    ...(landing === null ? [] : landingLines(view, landing)),
    ...(declaration === null ? [] : [declaredLine(declaration)]),
    ...handLines(view),
  ];
  return `${title}\n\n${lines.map((line) => `- ${line}`).join("\n")}`;
}

function changeLines(view: CaseView): string[] {
  const { repository, repositoryUrl, branch, pullNumber, how } = view;
  const name = link(code(`${repository.owner}/${repository.name}`), repositoryUrl);
  const pull = pullNumber === null ? "" : ` by ${pullLink(view, pullNumber)}`;
  return [
    `Branch ${code(branch)} of ${name}${pull}`,
    ...(how === null ? [] : [`${FORMS[how]} ${sanction(view)}`]),
  ];
}

function sanction({ case: { landing } }: CaseView): string {
  if (landing === null) return "";
  return landing.sanctioned
    ? "Sanctioned: a break-glass was declared for exactly this commit."
    : "**Not sanctioned:** no break-glass held for this commit when it landed.";
}

function landingLines(view: CaseView, landing: Landing): string[] {
  const { beforeOid, afterOid, headOid, landedAt, noticedAt, by } = landing;
  const head = headOid === afterOid ? "" : `, from head ${code(headOid)}`;
  const found = view.case.steps.find(({ event, refusal }) => event.kind === "landed" && refusal === null);
  return [
    `${code(beforeOid)} → ${code(afterOid)}${head}${compare(view, landing)}`,
    `Landed at ${utcSeconds(landedAt)}, by ${who(by)}`,
    `Noticed at ${utcSeconds(noticedAt)}${found === undefined ? "" : `, by ${sourceOf(found)}`}`,
  ];
}

/** No commit has this name: Git writes it where there was nothing. */
const isCommit = (oid: string): boolean => !/^0+$/.test(oid);

function compare({ repositoryUrl }: CaseView, { beforeOid, afterOid }: Landing): string {
  if (!isCommit(beforeOid) || !isCommit(afterOid)) return "";
  const url = `${repositoryUrl}/compare/${encodeURIComponent(beforeOid)}...${encodeURIComponent(afterOid)}`;
  return `: ${link("the difference", url)}`;
}

function declaredLine({ by, at, why, headOid, endsAt, endedAt }: Declaration): string {
  const end = endedAt === null ? `until ${utc(endsAt)}` : `ended at ${utc(endedAt)}`;
  const reason = quoted(why);
  return `Declared by ${who(by)} at ${utc(at)} for ${shortOid(headOid)}, ${end}${reason === "" ? "" : `: ${reason}`}`;
}

/** People share a line where their hands are many; no more of them than anybody reads. */
const PEOPLE_ROOM = 4_000;

function handLines({ case: { involvement } }: CaseView): readonly string[] {
  const { people, unread } = involvement;
  const hands = new Map<number, { readonly person: Involved; readonly hands: Set<Hand> }>();
  for (const person of people) {
    const known = hands.get(person.account.id) ?? { person, hands: new Set() };
    hands.set(person.account.id, { ...known, hands: known.hands.add(person.hand) });
  }
  const lines = [...hands.values()].map(
    ({ person, hands: all }) =>
      `Had a hand in it: ${who(person.account)} ${listed([...all].map((hand) => HANDS[hand]))}`,
  );
  const gap =
    unread === null
      ? []
      : [
          `Who had a hand in it is **not fully known**, so nobody counts as independent: ${prose(unread.reason.message)} ${prose(unread.reason.remedy)}`,
        ];
  return [...fitLines(lines, PEOPLE_ROOM, (count) => `and ${count} more people`), ...gap];
}
