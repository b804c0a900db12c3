import { z } from "zod";
import { PolicySchema } from "../document.js";
import { ORGANIZATION_POLICY_PATH, ORGANIZATION_REPOSITORY } from "../paths.js";

/** What a repository's policy can say, but for the version of its format: each key may be left out. */
const part = PolicySchema.omit({ version: true }).prefault({});

/** Version 1 of the account's policy file. Of its two parts only what is written counts, and no default. */
export const OrganizationPolicySchema = z
  .strictObject({
    version: z.literal(1).describe("The version of this format."),
    revision: z
      .int()
      .min(1)
      .max(2_147_483_647)
      .describe("Raised with each change: once a revision was used, none before it counts any more."),
    defaults: part.describe("Holds where a repository's own policy leaves a key out, or where it has none."),
    enforced: part.describe("The least that each repository must hold; its own policy may only be tighter."),
  })
  .meta({
    title: "Countersign policy of an organization",
    description: `The file ${ORGANIZATION_POLICY_PATH} of the repository ${ORGANIZATION_REPOSITORY}, version 1.`,
  });

/** The JSON Schema of what may be written in the file (draft 2020-12), as published in `schema/`. */
export const organizationPolicyJsonSchema = (): Record<string, unknown> =>
  withoutDefaults({ ...z.toJSONSchema(OrganizationPolicySchema, { io: "input" }) });

/** An editor that shows a default would say of a key that is left out what is not so. */
function withoutDefaults(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(schema).filter(([key]) => key !== "default");
  return Object.fromEntries(kept.map(([key, value]) => [key, stripped(value)]));
}

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  return typeof value === "object" && value !== null ? withoutDefaults({ ...value }) : value;
}
