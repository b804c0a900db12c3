import { z } from "zod";
import type { Alert } from "../../../report/case/alert.js";

const alert = z.object({
  id: z.string(),
  kind: z.enum([
    "opened",
    "reminder",
    "breach",
    "escalation",
    "closed",
    "budget",
    "withdrawn",
    "rejected",
    "protection-weakened",
    "protection-restored",
  ]),
  severity: z.enum(["info", "warning", "critical"]),
  title: z.string(),
  lines: z.array(z.string()),
  facts: z.array(z.tuple([z.string(), z.string()])),
  url: z.string().nullable(),
  caseId: z.string(),
  at: z.string(),
  mentions: z.array(z.string()),
});

/** An alert as it lay in the outbox; throws where it is none, so that nothing half-made is sent. */
export const readAlert = (content: unknown): Alert => alert.parse(content);
