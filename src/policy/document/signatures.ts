import { z } from "zod";
import { STRICT_RULES, WEAKNESSES, type SignatureRules } from "../../signatures/rules.js";
import { LIST_LIMIT, name, namedBots } from "./common.js";

const legacy = z
  .strictObject({
    allow: z
      .array(z.enum(WEAKNESSES))
      .min(1)
      .max(WEAKNESSES.length)
      .describe("Algorithms below today's strength that count all the same."),
    signedBefore: z.iso
      .date()
      .describe(
        "Only in signatures that say they were made before this day (UTC). Signers choose that date.",
      ),
  })
  .describe("Old signatures that would be refused today: for audits of history. Verdicts always name them.");

const x509 = z
  .strictObject({
    principals: z
      .array(name)
      .max(LIST_LIMIT)
      .default([])
      .describe("Identities certificates may vouch for: patterns with * and ?, ! to exclude. None: nobody."),
    issuers: z
      .array(z.url({ protocol: /^https$/ }))
      .min(1)
      .max(LIST_LIMIT)
      .optional()
      .describe("Issuers of identities (OIDC) that gitsign's certificates must name. Left out: any."),
  })
  .prefault({})
  .describe("Certificates of the authorities in x509-roots/ (S/MIME, gitsign).");

/** The policy's section on signatures. */
export const signatures = z
  .strictObject({
    forgeKeys: z
      .enum(["refuse", "accept"])
      .default("refuse")
      .describe("Commits signed by GitHub's own key: it proves that GitHub made the commit, not who did."),
    bots: namedBots.describe(
      "Bots, by account id or `app: id`, whose commits count where GitHub's own key signed them: the head commit, as far as GitHub says that the bot itself pushed it.",
    ),
    registeredKeys: z
      .boolean()
      .default(true)
      .describe("Whether keys count that people with write access registered on their GitHub accounts."),
    dsa: z
      .enum(["accept", "refuse"])
      .default("accept")
      .describe("OpenPGP signatures of DSA keys of 2048 bits or more."),
    legacy: legacy.optional(),
    userVerification: z
      .enum(["required", "optional"])
      .default("optional")
      .describe("Whether FIDO security keys must have checked a PIN or finger beside the touch."),
    x509,
  })
  .prefault({})
  .describe("Whose signatures count, and which.");

/** What the policy's section means to verification. */
export function rulesOf({
  dsa,
  legacy,
  userVerification,
  x509,
}: z.output<typeof signatures>): SignatureRules {
  return {
    dsa,
    userVerification,
    legacy:
      legacy === undefined
        ? STRICT_RULES.legacy
        : { allow: legacy.allow, signedBefore: Date.parse(`${legacy.signedBefore}T00:00:00Z`) / 1000 },
    x509: { principals: x509.principals.join(","), issuers: x509.issuers ?? null },
  };
}
