import type { PullRequestHandle } from "../../github/scenario.js";
import type { Cast } from "../cast.js";
import { manifest, MANIFEST_PATH, PINNED_IMAGE } from "../manifests.js";
import * as show from "../show.js";
import type { Stage } from "../stage.js";
import { expectCheck, goAround } from "./around.js";
import { alerts } from "./pages.js";
import { Thread } from "./thread.js";

/** A case that nobody looks at, until the branch stands still. @throws where anything goes other than told */
export async function nobodyActs(stage: Stage, cast: Cast): Promise<void> {
  show.scene(
    "11. A second push, and nobody acts",
    "The next night Dave pushes again, and nobody looks at it. Meanwhile a pull request of Alice's is ready to merge:",
  );
  const pull = await readyPull(stage, cast);
  expectCheck(stage, cast, pull, "success");
  show.time(await stage.pass(stage.clock.until(3, 0)));
  const workload = manifest({ replicas: 20, image: PINNED_IMAGE, readOnly: true, memory: "512Mi" });
  const change = { message: "Still more replicas", files: { [MANIFEST_PATH]: workload } };
  const { issue, caseId } = await goAround(stage, cast, change);
  show.say(
    `The case ${caseId} opens, with an hour to acknowledge it. And two emergencies among so few changes are a habit:`,
  );
  alerts(stage.receiver.news());
  const thread = new Thread(stage, issue);
  thread.passOver();
  for (const [minutes, expected] of [
    [30, "50%"],
    [18, "80%"],
    [12, "Breach"],
  ] as const) {
    show.time(await stage.pass(minutes));
    thread.news(expected, { brief: true });
    alerts(stage.receiver.news());
  }
  show.say(
    "The policy freezes the branch as long as what was due is owed. What was ready to merge no longer is:",
  );
  expectCheck(stage, cast, pull, "failure", { open: true });
  show.time(await stage.pass(4 * 60));
  thread.news("Escalation 1", { brief: true });
  alerts(stage.receiver.news());
  show.say("In the morning Erin does what was due. That it was late stays on record; the freeze ends:");
  await thread.says(cast.erin, "/break-glass ack On it", "Acknowledged");
  expectCheck(stage, cast, pull, "success");
}

/** A pull request of Alice's whose gates have passed. */
async function readyPull(stage: Stage, cast: Cast): Promise<PullRequestHandle> {
  const { alice, bob, conftest, keys, repository } = cast;
  const title = "Document who is on call";
  const files = { "docs/on-call.md": "Dave, then Carol.\n" };
  await repository.push(alice, "on-call", { message: title, key: keys.alice, files });
  const pull = await repository.openPullRequest(alice, { head: "on-call", base: "main", title });
  await repository.checkRun(conftest, pull.headOid, "conftest", { conclusion: "success" });
  pull.review(bob, "APPROVE");
  await stage.quiet();
  return pull;
}
