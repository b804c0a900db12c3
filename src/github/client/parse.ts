import type { z } from "zod";
import { CountersignError } from "../../errors.js";

/**
 * Checks an answer's shape as it arrives. A body that was cut reaches us as text, and one of another shape cannot be
 * believed in part.
 * @throws CountersignError `github-unavailable`
 */
export function parseAnswer<T extends z.ZodType>(schema: T, data: unknown, what: string): z.infer<T> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new CountersignError(
    "github-unavailable",
    `GitHub's answer to ${what} is cut or not of the known shape.`,
    {
      cause: parsed.error,
    },
  );
}
