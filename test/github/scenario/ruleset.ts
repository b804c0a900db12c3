import type { Rule, Ruleset, RulesetBypass } from "../world/model.js";
import type { World } from "../world/world.js";

export type RulesetOptions = Partial<
  Pick<Ruleset, "enforcement" | "include" | "exclude" | "repositories">
> & {
  readonly name?: string;
  readonly rules: readonly Rule[];
  readonly bypass?: readonly RulesetBypass[];
};

/** A ruleset that is active on the default branch of every repository of its source, unless said otherwise. */
export function newRuleset(world: World, source: Ruleset["source"], options: RulesetOptions): Ruleset {
  const id = world.id();
  return {
    enforcement: "active",
    include: ["~DEFAULT_BRANCH"],
    exclude: [],
    repositories: ["~ALL"],
    name: `ruleset-${id}`,
    bypass: [],
    ...options,
    id,
    source,
    createdAt: world.now(),
  };
}
