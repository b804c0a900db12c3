import { z } from "zod";
import type { ToldChange } from "./drift.js";

/** The part of what an audit read that names what protects the branch. */
const named = z.object({
  protection: z.object({
    known: z.literal(true),
    value: z.object({
      classic: z.object({ pattern: z.string() }).nullable(),
      rulesets: z.array(z.object({ name: z.string() })),
    }),
  }),
});

/**
 * Whether a change is one of what protected a branch before or protects it now: GitHub tells of every rule of a repository
 * and every ruleset of its organization. Where it is not known what protects the branch, every change concerns it.
 *
 * @param audits what audits read of the branch's protection, as JSON
 */
export function concerns(
  { kind, name }: Pick<ToldChange, "kind" | "name">,
  audits: readonly string[],
): boolean {
  return audits.some((text) => {
    const read = named.safeParse(JSON.parse(text));
    if (!read.success) return true;
    const { classic, rulesets } = read.data.protection.value;
    return kind === "classic" ? classic?.pattern === name : rulesets.some((ruleset) => ruleset.name === name);
  });
}
