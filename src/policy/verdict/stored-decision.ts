import { z } from "zod";
import { CountersignError } from "../../errors.js";
import { CONTROLS, type ControlId } from "../controls.js";
import type { Decision } from "../finding.js";

const gate = z.enum(["signatures", "protection", "policy", "review"]);
const outcome = z.enum(["passed", "failed", "waiting", "unknown"]);
const controlId = z.custom<ControlId>((value) => typeof value === "string" && Object.hasOwn(CONTROLS, value));

const finding = z.strictObject({
  gate,
  rule: z.string(),
  status: z.enum(["pass", "fail", "unknown", "waived", "note"]),
  waiting: z.boolean(),
  subject: z.string(),
  reason: z.string(),
  message: z.string(),
  remedy: z
    .strictObject({ text: z.string(), commands: z.array(z.string()), url: z.string().nullable() })
    .nullable(),
  controls: z.array(controlId),
  location: z.strictObject({ path: z.string(), line: z.int() }).nullable(),
  waiver: z
    .strictObject({
      owner: z.string(),
      reason: z.string(),
      expires: z.string(),
      controls: z.array(controlId),
    })
    .exactOptional(),
});

const StoredDecisionSchema = z.strictObject({
  outcome,
  gates: z.array(z.strictObject({ gate, outcome, findings: z.array(finding) })),
  policy: z.strictObject({
    source: z.enum(["repository", "organization", "built-in", "invalid", "unreadable"]),
    path: z.string().nullable(),
    digest: z.string().nullable(),
    commitOid: z.string().nullable(),
    mode: z.literal("observe").exactOptional(),
    organization: z
      .strictObject({
        place: z.string(),
        revision: z.int().nullable(),
        digest: z.string(),
        commitOid: z.string(),
      })
      .exactOptional(),
  }),
  controls: z.array(controlId),
  observedAt: z.string(),
});

/**
 * A decision read back from where it was stored as JSON.
 * Throws `invariant-broken` if it is not one: what cannot be read must not be shown as if it had been decided.
 */
export function readDecision(value: unknown): Decision {
  const parsed = StoredDecisionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CountersignError("invariant-broken", "A stored decision does not have the shape of one.", {
    cause: parsed.error,
  });
}
