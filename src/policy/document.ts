import { z } from "zod";
import { breakGlass } from "./document/break-glass.js";
import { accountId, LIST_LIMIT, name, namedBots } from "./document/common.js";
import { paths } from "./document/paths.js";
import { waivers } from "./document/waivers.js";
import { signatures } from "./document/signatures.js";
import { POLICY_PATH } from "./paths.js";

export {
  ALLOWED_SIGNERS_PATH,
  KEYRING_FOLDER,
  ORGANIZATION_POLICY_PATH,
  ORGANIZATION_REPOSITORY,
  POLICY_PATH,
  REVOKED_KEYS_PATH,
  TIMESTAMP_AUTHORITIES_FOLDER,
  TRANSPARENCY_LOGS_FOLDER,
  TRUST_FOLDER,
  X509_ROOTS_FOLDER,
} from "./paths.js";

/** The name of the one check that branches have to require. */
export const CHECK_NAME = "countersign";

/** Stands for the repository's default branch in `branches`, as in GitHub's rulesets. */
export const DEFAULT_BRANCH = "~DEFAULT_BRANCH";

const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,3}[mhd]$/, "expected a duration such as 30m, 24h or 7d")
  .describe("Minutes, hours or days: 30m, 24h, 7d.");

const requiredCheck = z.strictObject({
  name: name.describe("The check's name."),
  app: accountId.describe("The id of the GitHub App that must report it."),
});

const bypassActor = z.union([
  z.strictObject({
    kind: z.enum(["user", "team", "app", "role"]),
    id: accountId.describe("GitHub's numeric id; names can be taken over."),
  }),
  z.strictObject({ kind: z.enum(["organization-admin", "enterprise-owner", "deploy-key"]) }),
]);

const protection = z
  .strictObject({
    pullRequest: z.boolean().default(true).describe("Changes only through pull requests."),
    approvals: z.int().min(0).max(10).default(1).describe("Approvals that GitHub itself must demand."),
    dismissStale: z.boolean().default(true).describe("A push dismisses earlier approvals."),
    codeOwners: z.boolean().default(false).describe("Code owners must approve."),
    lastPushApproval: z.boolean().default(true).describe("Someone other than the last pusher must approve."),
    requiredCheck: z.boolean().default(true).describe("This app's check is required, pinned to this app."),
    requiredChecks: z
      .array(requiredCheck)
      .max(LIST_LIMIT)
      .default([])
      .describe("Other checks GitHub must require, each pinned to its app."),
    signedCommits: z.boolean().default(true).describe("GitHub refuses unsigned commits."),
    forcePushBlocked: z.boolean().default(true).describe("Force pushes are blocked."),
    deletionBlocked: z.boolean().default(true).describe("Deletion is blocked."),
    adminsIncluded: z.boolean().default(true).describe("Classic protection binds administrators too."),
    bypassActors: z
      .array(bypassActor)
      .max(LIST_LIMIT)
      .default([])
      .describe("Who may be able to bypass protection. Nobody listed: nobody may."),
    unreadableBypass: z
      .enum(["fail", "accept"])
      .default("fail")
      .describe("Rulesets whose bypass list GitHub does not show to this app."),
  })
  .prefault({})
  .describe("What the base branch's protection on GitHub must at least be.");

const checkResult = z.strictObject({
  check: name.describe("The check run's name."),
  app: accountId.describe("The id of the GitHub App that must report it."),
  pass: z
    .array(z.enum(["success", "neutral", "skipped"]))
    .min(1)
    .max(3)
    .default(["success"])
    .describe("Conclusions that count as passed."),
  maxAge: duration.optional().describe("How old the result may be."),
});

const statusResult = z.strictObject({
  status: name.describe("The commit status's context."),
  creator: accountId.describe("The id of the account that must set it."),
  maxAge: duration.optional().describe("How old the result may be."),
});

const scanner = z.strictObject({
  tool: name.describe("The tool's name as code scanning shows it."),
  failOn: z
    .enum(["critical", "high", "medium", "low", "any"])
    .default("high")
    .describe("The lowest severity that fails; error counts as high, warning as medium, note as low."),
});

const review = z
  .strictObject({
    approvals: z.int().min(1).max(10).default(1).describe("Independent approvals that are needed."),
    bots: namedBots.describe(
      "Bots, by account id or `app: id`, whose approval counts. Nobody listed: none does.",
    ),
  })
  .prefault({})
  .describe("Whose approval makes a change reviewed.");

/** Version 1 of the policy file: unknown keys are errors, and what is left out has the strict default. */
export const PolicySchema = z
  .strictObject({
    version: z.literal(1).describe("The version of this format."),
    mode: z
      .enum(["enforce", "observe"])
      .default("enforce")
      .describe(
        "observe: checks are neutral and bypasses open no case; records say what would have happened.",
      ),
    branches: z
      .array(name)
      .min(1)
      .max(LIST_LIMIT)
      .default([DEFAULT_BRANCH])
      .describe(
        "The controlled branches: names or globs (* within a path segment, ** across, ? one character).",
      ),
    paths,
    signatures,
    protection,
    results: z
      .array(z.union([checkResult, statusResult]))
      .max(LIST_LIMIT)
      .default([])
      .describe("Results of compliance-as-code tools that a change needs on exactly its head commit."),
    codeScanning: z
      .array(scanner)
      .max(LIST_LIMIT)
      .default([])
      .describe("Code scanners that must have looked, and what severity fails."),
    review,
    waivers,
    breakGlass,
  })
  .meta({ title: "Countersign policy", description: `The policy file ${POLICY_PATH}, version 1.` });

export type Policy = z.output<typeof PolicySchema>;
export type RequiredResult = Policy["results"][number];
export type RequiredScanner = Policy["codeScanning"][number];

/** What judges where a controlled branch has no policy file: every default, which is the strict choice. */
export const BUILT_IN_POLICY: Policy = PolicySchema.parse({ version: 1 });

/** The JSON Schema of what may be written in the file (draft 2020-12), as published in `schema/`. */
export const policyJsonSchema = (): Record<string, unknown> => ({
  ...z.toJSONSchema(PolicySchema, { io: "input" }),
});

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The length of a policy duration in milliseconds. Takes only what the schema let through. */
export function durationMs(text: string): number {
  const unit = text.endsWith("d") ? UNIT_MS.d : text.endsWith("h") ? UNIT_MS.h : UNIT_MS.m;
  return Number.parseInt(text, 10) * unit;
}
