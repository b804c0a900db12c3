import { expect, it } from "@jest/globals";
import { dueSteps } from "../../src/breakglass/clocks.js";
import { hours } from "../../src/breakglass/time/duration.js";
import { after, drive, make, open } from "./make.js";

it("a breach that an extension lifted, heard of late, is told under a name of its own when it comes after all", () => {
  const breachesOf = (subject: ReturnType<typeof open>, at: string): string[] =>
    dueSteps(subject, new Date(at)).flatMap(({ id, clock, kind }) =>
      kind === "breach" && clock === "acknowledge" ? [id] : [],
    );
  const [first] = breachesOf(open(), after(1));
  const lifted = drive(open(), make.extended({ at: after(0.9), duration: hours(2) }));
  expect(breachesOf(lifted, after(1))).toEqual([]);
  const [second] = breachesOf(lifted, after(3));
  expect(first).toBeDefined();
  expect(second).toBeDefined();
  expect(second).not.toBe(first);
});
