import { type Act, DUTIES, type Grant } from "../../../breakglass/roles.js";
import { code } from "../../escape.js";
import { mentions } from "../phrases.js";
import type { CaseView } from "../view.js";
import { row, table } from "./lines.js";

interface Way {
  readonly act: Act;
  readonly how: string;
}

const BEFORE: readonly Way[] = [{ act: "withdraw", how: "`/break-glass close`" }];
const AFTER: readonly Way[] = [
  { act: "acknowledge", how: "`/break-glass ack [note]`" },
  { act: "document", how: "`/break-glass retro #N`" },
  { act: "review", how: "approve the pull request that documents it" },
  { act: "reject", how: "`/break-glass reject <reason>`" },
  { act: "extend", how: "`/break-glass extend <duration> <reason>`" },
  { act: "close", how: "`/break-glass close`" },
];

/** Who may do what, and how; the people of the first route are the ones to ask. Empty once nothing can be done. */
export function peopleSection(view: CaseView): string {
  const { state } = view.case;
  if (state === "closed" || state === "withdrawn") return "";
  const ways = state === "declared" ? BEFORE : AFTER;
  const rows = ways.map(({ act, how }) => row([act, how, needs(act, view)]));
  const asked = mentions(view.handling.routes[0] ?? null);
  return [
    "### Who may do what",
    table(["Step", "How", "Who"], rows),
    ...(asked === "" ? [] : [`To ask: ${asked}`]),
  ].join("\n\n");
}

function needs(act: Act, { case: { terms, declaration } }: CaseView): string {
  const { grant, write, independent, undocumenting } = DUTIES[act];
  const given = grant === null ? "everyone" : granted(terms.authority[grant]);
  if (act === "withdraw" && declaration !== null)
    return given === null ? "whoever declared it" : `whoever declared it, or ${given}`;
  if (given === null) return "**nobody: the policy names nobody for it**";
  return [
    given,
    ...(write ? ["with write access"] : []),
    ...(independent ? ["who had no hand in the change"] : []),
    ...(undocumenting ? ["and did not document it"] : []),
  ].join(" ");
}

const LISTED = 10;

/** By GitHub's numeric ids, as the policy names them: a login can be renamed and reused. `null`: nobody. */
function granted(grant: Grant | null): string | null {
  if (grant === null) return "everyone";
  const named = [...ids("people", grant.people), ...ids("teams", grant.teams)];
  return named.length === 0 ? null : named.join(" or ");
}

function ids(kind: string, all: readonly number[]): string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, LISTED).map((id) => code(`${id}`));
  const left = all.length > LISTED ? [`and ${all.length - LISTED} more`] : [];
  return [`the policy's ${kind} ${[...shown, ...left].join(" ")}`];
}
