import type { Cast } from "../cast.js";
import * as show from "../show.js";
import type { Stage } from "../stage.js";
import { nobodyActs } from "./breach.js";
import { declared } from "./declared.js";
import { pushedAtNight } from "./night.js";
import { readCases } from "./on-record.js";

/** Three emergencies: noticed and driven to its end, left alone, declared. @throws where anything goes other than told */
export async function playBreakGlass(stage: Stage, cast: Cast): Promise<void> {
  show.scene(
    "9. Break-glass: somebody goes around the gates",
    "Deadlines take hours, so from here on the demo moves the clock. Only the clock: it is the same built app on the same database, started by test/demo/break-glass/app.mjs, and the same GitHub.",
  );
  show.facts([
    ["Dave", "is on call at night, and an administrator of the repository"],
    ["Erin", "looks after compliance"],
  ]);
  show.say("What the policy has said of emergencies all the time:");
  show.quote(cast.policy.emergencies);
  await stage.startApp({ byStoryClock: true });
  const sealedCase = await pushedAtNight(stage, cast);
  await nobodyActs(stage, cast);
  await declared(stage, cast);
  await readCases(stage, sealedCase);
}
