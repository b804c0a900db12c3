import type { Cast } from "../cast.js";
import { manifest, MANIFEST_PATH, PINNED_IMAGE } from "../manifests.js";
import * as show from "../show.js";
import type { Stage } from "../stage.js";
import { expectCheck } from "./around.js";
import { alerts } from "./pages.js";
import { Thread } from "./thread.js";

/** An emergency that is declared before it lands. @throws where anything goes other than told */
export async function declared(stage: Stage, cast: Cast): Promise<void> {
  const { alice, bob, keys, repository } = cast;
  show.scene(
    "12. The sanctioned way: declared before it lands",
    "conftest is down, so a pull request of Alice's waits for a result that does not come. The policy lets Alice declare an emergency.",
  );
  show.time(await stage.pass(stage.clock.until(14, 0)));
  const title = "Halve the memory limit";
  const workload = manifest({ replicas: 20, image: PINNED_IMAGE, readOnly: true, memory: "256Mi" });
  await repository.push(alice, "memory", {
    message: title,
    key: keys.alice,
    files: { [MANIFEST_PATH]: workload },
  });
  const pull = await repository.openPullRequest(alice, { head: "memory", base: "main", title });
  pull.review(bob, "APPROVE");
  await stage.quiet();
  expectCheck(stage, cast, pull, "failure");
  const thread = new Thread(stage, pull);
  thread.passOver();
  await thread.says(alice, "/break-glass Nodes run out of memory and conftest is down", "declared");
  alerts(stage.receiver.news());
  show.say(
    "The tracking issue is there and the alert is sent. Only now the check turns neutral, with which GitHub lets the change in:",
  );
  expectCheck(stage, cast, pull, "neutral");
  show.command("alice", `gh pr merge ${pull.number} --merge`);
  const oid = await stage.inOneGo(() => pull.merge(alice));
  show.answer(oid, true);
  await stage.quiet();
  alerts(stage.receiver.news());
  const issue = repository.issues().at(-1);
  if (issue?.body.includes("as declared") !== true) throw new Error("The change did not land as declared.");
  show.say(
    `It landed as declared, and owes the same as the others: issue #${issue.number} says what, and by when.`,
  );
}
