import { CHECKS } from "../../support/cast.js";

/** What the five checks of a change that passes conclude. */
export const GREEN = Object.fromEntries(CHECKS.map((name) => [name, "success"]));
