import { z } from "zod";
import { DEFAULT_CLOCKS } from "../../breakglass/case.js";
import { formatDuration } from "../../breakglass/time/duration.js";
import { calendar } from "./calendar.js";
import { accountId, complain, eachOnce, LIST_LIMIT, namedBots, shaped } from "./common.js";
import { businessDaysProblem, span } from "./span.js";

/** In days. A policy chooses how long things take, not whether they ever come due. */
const LONGEST = { clock: 90, extension: 30, escalation: 30, declaration: 7, budget: 90 } as const;

const ids = z.array(accountId).max(LIST_LIMIT).superRefine(eachOnce).default([]);

const grantShape = {
  people: ids.describe("Account ids."),
  teams: ids.describe("Ids of teams of the organization."),
};

const grant = (what: string) =>
  z.strictObject(grantShape).prefault({}).describe(`Who may ${what}. Nobody listed: nobody may.`);

const reviewGrant = z
  .strictObject(grantShape)
  .superRefine(({ people, teams }, context) => {
    if (people.length + teams.length > 0) return;
    // No case could ever be closed.
    complain(
      context,
      [],
      "`breakGlass.review` names nobody.",
      "Name someone, or leave it out: then everyone with write access may review.",
    );
  })
  .optional()
  .describe("Who may review what landed. Left out: everyone with write access who had no hand in it.");

const clocks = z
  .strictObject({
    acknowledge: span(LONGEST.clock)
      .default(formatDuration(DEFAULT_CLOCKS.acknowledge))
      .describe("How long until someone authorised has taken notice."),
    document: span(LONGEST.clock)
      .default(formatDuration(DEFAULT_CLOCKS.document))
      .describe("How long until a retroactive pull request shows what landed."),
    review: span(LONGEST.clock)
      .default(formatDuration(DEFAULT_CLOCKS.review))
      .describe("How long until enough independent people approved it, or one rejected it."),
    revert: span(LONGEST.clock)
      .default(formatDuration(DEFAULT_CLOCKS.revert))
      .describe("How long after a rejection until the revert has landed."),
    reminders: z
      .array(z.int().min(1).max(99))
      .max(5)
      .superRefine(eachOnce)
      .default([...DEFAULT_CLOCKS.reminders])
      .describe("Per cent of a clock's time after which it reminds."),
    escalation: z
      .strictObject({
        every: span(LONGEST.escalation)
          .default(formatDuration(DEFAULT_CLOCKS.escalation.every))
          .describe("In which rhythm the next route is told after a breach."),
        times: z.int().min(0).max(10).default(DEFAULT_CLOCKS.escalation.times).describe("How often."),
      })
      .prefault({})
      .describe("What follows a breach, as long as what is owed has not come."),
    extensions: z
      .strictObject({
        times: z.int().min(0).max(5).default(DEFAULT_CLOCKS.extensions.times).describe("How many a case."),
        longest: span(LONGEST.extension)
          .default(formatDuration(DEFAULT_CLOCKS.extensions.longest))
          .describe("How long each may be."),
      })
      .prefault({})
      .describe("How far the clocks of one case can be extended."),
    calendar,
  })
  .prefault({})
  .describe("How long each step may take, and what happens on the way.");

const route = z
  .strictObject({
    channels: z
      .array(shaped(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "a channel's name such as security-chat").max(100))
      .max(20)
      .superRefine(eachOnce)
      .default([])
      .describe("Channels by the names that the operator gave them."),
    mention: z
      .array(
        shaped(
          /^[A-Za-z0-9][A-Za-z0-9_-]*(?:\/[A-Za-z0-9._-]+)?$/,
          "a login such as carol or a team such as acme/security, without @",
        ).max(140),
      )
      .max(20)
      .superRefine(eachOnce)
      .default([])
      .describe("Logins, and teams as organization/team, that the tracking issue mentions."),
  })
  .superRefine(({ channels, mention }, context) => {
    if (channels.length + mention.length > 0) return;
    complain(context, [], "This route tells nobody.", "Give it `channels` or `mention`, or take it out.");
  });

const issue = z
  .strictObject({
    repository: shaped(
      /^(?!\.{1,2}$)[A-Za-z0-9._-]+$/,
      "the name of a repository of the same organization, without the organization",
    )
      .max(100)
      .optional()
      .describe("The compliance repository of the same organization. Left out: the repository itself."),
    labels: z
      .array(
        // GitHub filters by labels that commas divide.
        shaped(/^[^\s,](?:[^,]*[^\s,])?$/, "a label without commas").max(50),
      )
      .min(1)
      .max(10)
      .superRefine(eachOnce)
      .default(["break-glass"])
      .describe("Its labels."),
  })
  .prefault({})
  .describe("Where a case is tracked.");

const budget = z
  .strictObject({
    percent: z.int().min(0).max(100).default(10).describe("Per cent of all changes."),
    days: z.int().min(1).max(LONGEST.budget).default(30).describe("Over how many days."),
  })
  .prefault({})
  .describe("How much may be an emergency before an alert is raised.");

/** The policy's `breakGlass`: who may do what in an emergency, by when, and who is told. */
export const breakGlass = z
  .strictObject({
    declare: grant("declare a break-glass"),
    acknowledge: grant("acknowledge one"),
    extend: grant("extend its clocks"),
    reject: grant("say that the change must be reverted"),
    close: grant("close it"),
    review: reviewGrant,
    approvals: z.int().min(1).max(10).default(1).describe("Independent approvals that make it reviewed."),
    declaration: span(LONGEST.declaration).default("4h").describe("How long a declaration holds."),
    clocks,
    routes: z
      .array(route)
      .max(10)
      .default([])
      .describe("Who is told first, who after the first breach, and so on; the last from then on."),
    issue,
    retroactivePullRequest: z
      .enum(["team", "app"])
      .default("team")
      .describe("Who opens the retroactive pull request; app also needs the operator's consent."),
    freeze: z
      .boolean()
      .default(false)
      .describe("Whether nothing but its own end passes on a branch while a case there is in breach."),
    budget,
    releaseBots: namedBots.describe(
      "Bots, by account id or `app: id`, whose pushes are recorded as releases, and are no case.",
    ),
  })
  .superRefine((section, context) => {
    const workingDays = section.clocks.calendar.workingDays.length;
    for (const { path, text, mostDays } of spansOf(section)) {
      const problem = businessDaysProblem(text, mostDays, workingDays);
      if (problem !== null)
        complain(context, path, problem, "Take fewer business days, or add working days.");
    }
  })
  .prefault({})
  .describe("What holds when someone goes around the gates.");

export type BreakGlassSection = z.output<typeof breakGlass>;

interface WrittenSpan {
  readonly path: string[];
  readonly text: string;
  readonly mostDays: number;
}

function spansOf({ declaration, clocks: written }: BreakGlassSection): WrittenSpan[] {
  const { escalation, extensions } = written;
  const named = (["acknowledge", "document", "review", "revert"] as const).map((clock) => ({
    path: ["clocks", clock],
    text: written[clock],
    mostDays: LONGEST.clock,
  }));
  return [
    { path: ["declaration"], text: declaration, mostDays: LONGEST.declaration },
    ...named,
    { path: ["clocks", "escalation", "every"], text: escalation.every, mostDays: LONGEST.escalation },
    { path: ["clocks", "extensions", "longest"], text: extensions.longest, mostDays: LONGEST.extension },
  ];
}
