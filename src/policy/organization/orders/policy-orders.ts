import { formatDuration } from "../../../breakglass/time/duration.js";
import { isControlled } from "../../document/branches.js";
import { durationOf } from "../../document/span.js";
import {
  DEFAULT_BRANCH,
  durationMs,
  type Policy,
  type RequiredResult,
  type RequiredScanner,
} from "../../document.js";
import { QUEUE_BRANCHES } from "../../merge-group/queue.js";
import { type Order, total } from "./order.js";
import { beyond, common, demands, mayOnlyOfAll, missing, union } from "./sets.js";

/** Orders of those keys that are more than a number, a word or a list. */

type Signatures = Policy["signatures"];
type BreakGlass = Policy["breakGlass"];
type Grant = BreakGlass["declare"];
type Route = BreakGlass["routes"][number];

const plain = (text: string): string => text;

/** A pattern is held by itself and by `**`; the name of one branch by every pattern that means it. */
export const branches: Order<string[]> = demands(plain, (own, least) => {
  if (own === least) return true;
  if (!/[*?]/.test(least) && least !== DEFAULT_BRANCH) return isControlled({ branches: [own] }, least, "");
  return own === "**" && !least.startsWith(QUEUE_BRANCHES);
});

/** What is gated: `**` gates every path that another pattern does. */
export const paths: Order<string[]> = demands(plain, (own, least) => own === least || own === "**");

/** Spans in days and in business days cannot be compared: how long a business day takes depends on when it begins. */
export const shorter: Order<string> = total("shorter is tighter; `bd` only with `bd`", (own, least) => {
  const [one, other] = [durationOf(own), durationOf(least)];
  const said = `is ${formatDuration(one)} where at most ${formatDuration(other)} is enforced`;
  if (one.unit !== other.unit) return `${said}, and business days cannot be compared with others`;
  return one.count <= other.count ? null : said;
});

/** To permit no old signature is the tightest. */
export const legacy: Order<Signatures["legacy"]> = {
  words: "left out is tightest; fewer algorithms, an earlier day",
  lack: (own, least) => {
    if (own === undefined) return null;
    if (least === undefined) return "permits old signatures, and none are permitted";
    const more = beyond(own.allow, least.allow, plain);
    if (more !== null) return more;
    return own.signedBefore <= least.signedBefore
      ? null
      : `reaches to ${own.signedBefore} where ${least.signedBefore} is enforced`;
  },
  join: (own, least) => {
    if (own === undefined || least === undefined) return undefined;
    const allow = common(own.allow, least.allow);
    const signedBefore = own.signedBefore <= least.signedBefore ? own.signedBefore : least.signedBefore;
    return allow.length === 0 ? undefined : { allow, signedBefore };
  },
};

/** A pattern that begins with `!` excludes: to have more of these is tighter, of the others fewer. */
export const principals: Order<string[]> = {
  words: "may take away, and add exclusions (`!`)",
  lack: (own, least) => {
    const [mine, theirs] = [patternsOf(own), patternsOf(least)];
    return (
      beyond(mine.of, theirs.of, plain) ?? (mine.of.length > 0 ? missing(mine.but, theirs.but, plain) : null)
    );
  },
  join: (own, least) => {
    const [mine, theirs] = [patternsOf(own), patternsOf(least)];
    return [...common(mine.of, theirs.of), ...union(mine.but, theirs.but)];
  },
};

/** One list, as verification reads it: an item may itself be a list. */
function patternsOf(list: readonly string[]): { of: string[]; but: string[] } {
  const patterns = list.flatMap((item) => item.split(","));
  return {
    of: patterns.filter((pattern) => !pattern.startsWith("!")),
    but: patterns.filter((pattern) => pattern.startsWith("!")),
  };
}

const person = (id: number): string => `account ${id}`;
const team = (id: number): string => `team ${id}`;

/** Who may do something: whether a person is in a team is not asked, so both are compared as they are written. */
export const grant: Order<Grant> = {
  words: "may take away, not add",
  lack: (own, least) => beyond(own.people, least.people, person) ?? beyond(own.teams, least.teams, team),
  join: (own, least) => ({
    people: common(own.people, least.people),
    teams: common(own.teams, least.teams),
  }),
};

/** As `grant`, but left out it is everyone with write access, and nobody cannot be said. */
export const reviewGrant: Order<BreakGlass["review"]> = {
  words: "left out permits all; may take away, not add",
  lack: (own, least) => {
    if (least === undefined) return null;
    return own === undefined ? "is left out, which permits all" : grant.lack(own, least);
  },
  join: (own, least) => {
    if (own === undefined || least === undefined) return own ?? least;
    const both = grant.join(own, least);
    return both.people.length + both.teams.length > 0 ? both : least;
  },
};

export const issuers: Order<string[] | undefined> = mayOnlyOfAll<string>(plain);

/** The same result of the same source, no older and by no more conclusions. */
export const results: Order<RequiredResult[]> = demands(resultName, (own, least) => {
  if (resultName(own) !== resultName(least) || ageOf(own) > ageOf(least)) return false;
  return !("check" in own) || !("check" in least) || beyond(own.pass, least.pass, plain) === null;
});

function resultName(required: RequiredResult): string {
  return "check" in required
    ? `${required.check} of app ${required.app}`
    : `${required.status} of account ${required.creator}`;
}

const ageOf = ({ maxAge }: RequiredResult): number =>
  maxAge === undefined ? Number.POSITIVE_INFINITY : durationMs(maxAge);

/** From the mildest to the tightest. */
const SEVERITIES: readonly RequiredScanner["failOn"][] = ["critical", "high", "medium", "low", "any"];

export const scanners: Order<RequiredScanner[]> = demands(
  ({ tool, failOn }) => `${tool} at ${failOn}`,
  (own, least) =>
    own.tool === least.tool && SEVERITIES.indexOf(own.failOn) >= SEVERITIES.indexOf(least.failOn),
);

/** As many as one route can name. */
const MOST_TOLD = 20;

/** Round by round; the last round of a list stands for all that would follow. */
export const routes: Order<Route[]> = {
  words: "each round may add channels and mentions",
  lack: (own, least) => {
    for (const [mine, theirs] of rounds(own, least)) {
      const lacking =
        missing(mine.channels, theirs.channels, plain) ?? missing(mine.mention, theirs.mention, plain);
      if (lacking !== null) return lacking;
    }
    return null;
  },
  join: (own, least) => {
    const joined = rounds(own, least).map(([mine, theirs]) => ({
      channels: union(mine.channels, theirs.channels),
      mention: union(mine.mention, theirs.mention),
    }));
    const fits = joined.every((one) => Math.max(one.channels.length, one.mention.length) <= MOST_TOLD);
    return fits ? joined : least;
  },
};

const NOBODY: Route = { channels: [], mention: [] };

function rounds(own: readonly Route[], least: readonly Route[]): [Route, Route][] {
  return Array.from({ length: Math.max(own.length, least.length) }, (_, round) => [
    own[round] ?? own.at(-1) ?? NOBODY,
    least[round] ?? least.at(-1) ?? NOBODY,
  ]);
}
