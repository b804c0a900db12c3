import { z } from "zod";
import { CONTROLS, type ControlId, RULES, type RuleName } from "../controls.js";
import { LIST_LIMIT, name, shaped } from "./common.js";

/**
 * What no waiver can reach: whose signature it is, which policy judges, and what stands against the whole branch. An
 * exception there would be an exception from everything else as well.
 */
const NEVER: ReadonlySet<string> = new Set<RuleName>([
  "policy-file",
  "proposed-policy",
  "organization-policy",
  "shared-head",
  "frozen-branch",
  "policy-in-doubt",
  "path-scope",
  "waiver",
]);

/** The rules that a policy can waive. */
export const WAIVABLE_RULES: readonly RuleName[] = (Object.keys(RULES) as RuleName[]).filter(
  (rule) => RULES[rule].gate !== "signatures" && !NEVER.has(rule),
);

const waiver = z.strictObject({
  rule: z
    .enum(WAIVABLE_RULES)
    .describe("The rule that need not be met, by the name that the check and docs/policy.md give it."),
  subject: name
    .optional()
    .describe("What it is waived for, as the check names it: a glob. Left out: whatever the rule finds."),
  owner: name.describe("Who answers for it: a person or team."),
  reason: z.string().trim().min(10).max(500).describe("Why, in at least ten characters."),
  expires: shaped(/^\d{4}-\d{2}-\d{2}$/, "a day as 2026-12-31")
    .pipe(z.iso.date())
    .describe("The first day (UTC) on which it counts no more, within a year."),
  controls: z
    .array(z.enum(Object.keys(CONTROLS) as ControlId[]))
    .min(1)
    .max(LIST_LIMIT)
    .describe("Ids of the controls that it is an exception from."),
});

/** The policy's list of exceptions. */
export const waivers = z
  .array(waiver)
  .max(LIST_LIMIT)
  .default([])
  .describe("Exceptions: each with an owner, a reason, an end and the controls that it concerns.");

export type Waiver = z.output<typeof waiver>;
