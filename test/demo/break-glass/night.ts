import type { PullRequestHandle } from "../../github/scenario.js";
import type { Cast } from "../cast.js";
import { manifest, MANIFEST_PATH, PINNED_IMAGE } from "../manifests.js";
import * as show from "../show.js";
import type { Stage } from "../stage.js";
import { type Around, goAround } from "./around.js";
import { alertInFull, alerts, closingSummary, issuePage } from "./pages.js";
import { Thread } from "./thread.js";

const BUDGET_PATH = "production/disruption-budget.yaml";
const BUDGET = [
  "apiVersion: policy/v1",
  "kind: PodDisruptionBudget",
  "metadata: { name: payments-api, namespace: production }",
  "spec: { minAvailable: 10, selector: { matchLabels: { app: payments-api } } }",
  "",
].join("\n");
const WORKLOAD = manifest({ replicas: 12, image: PINNED_IMAGE, readOnly: true, memory: "512Mi" });

/** What the retroactive pull request's template asks for. */
const DESCRIPTION = [
  "## What was changed\n\nTwelve replicas of payments-api, and a disruption budget.",
  "## Why\n\nPayments timed out under load at night.",
  "## Impact\n\nNone since the push.",
  "## Follow-up\n\nScale by queue length. Alice, this week.",
].join("\n\n");

/** A push at night, from its discovery to its seal. Gives its case's id. @throws where anything goes other than told */
export async function pushedAtNight(stage: Stage, cast: Cast): Promise<string> {
  const around = await discovered(stage, cast);
  const issue = new Thread(stage, around.issue);
  issue.passOver();
  await acknowledged(stage, cast, issue);
  const retroactive = await documented(stage, cast, around, issue);
  await reviewed(stage, cast, issue, retroactive);
  await sealed(stage, cast, around, issue);
  return around.caseId;
}

async function discovered(stage: Stage, cast: Cast): Promise<Around> {
  show.time(await stage.pass(stage.clock.until(2, 10)));
  show.say("Payments time out. Dave wants more replicas at once, and pushes to main.");
  const files = { [MANIFEST_PATH]: WORKLOAD, [BUDGET_PATH]: BUDGET };
  const around = await goAround(stage, cast, { message: "More replicas, now", files });
  show.say(
    "Countersign compares main with its records, finds a change that no pull request brought, and opens a case. Its tracking issue (▸ opens there):",
  );
  issuePage(around.issue, ["What is owed", "What landed", "Gates that had not passed"]);
  show.say(
    "Stakeholders are told on the channel that the policy's first route names. Here it is a webhook to a receiver within the demo, which verifies every signature with the library of the Standard Webhooks scheme:",
  );
  const news = stage.receiver.news();
  const [opened, ...more] = news.filter(({ type }) => type === "break-glass.opened");
  if (opened === undefined || more.length > 0) throw new Error(`${more.length} alerts too many of one push.`);
  alertInFull(opened);
  show.say(
    "What happened to main's protection they were told as it was seen, whether or not anything landed meanwhile: Carol's setting in the afternoon, and Dave's this night:",
  );
  alerts(news.filter((one) => one !== opened));
  return around;
}

async function acknowledged(stage: Stage, { dave, erin }: Cast, issue: Thread): Promise<void> {
  show.time(await stage.pass(15));
  show.say("The policy lets Dave acknowledge emergencies, but not his own. Erin had no hand in it.");
  await issue.says(dave, "/break-glass ack It was me", "`involved`");
  await issue.says(erin, "/break-glass ack Looking at it with Dave", "Acknowledged");
}

async function documented(
  stage: Stage,
  { alice, repository }: Cast,
  { before, after, caseId }: Around,
  issue: Thread,
): Promise<PullRequestHandle> {
  show.scene(
    "10. Documented, reviewed, sealed",
    "In the morning Alice opens the retroactive pull request: its base is the commit before, its head should be what landed. She copies only one of the two files.",
  );
  show.time(await stage.pass(stage.clock.until(9, 0)));
  const [base, head] = [`break-glass/${caseId}/base`, `break-glass/${caseId}/head`];
  const title = "Retroactive: more replicas";
  const partly = { message: title, parents: [before], files: { [MANIFEST_PATH]: WORKLOAD } };
  await repository.pushOid(alice, base, before);
  await repository.push(alice, head, partly);
  show.command("alice", `gh pr create --base ${base} --head ${head} --title '${title}' --body-file why.md`);
  const pull = await repository.openPullRequest(alice, { base, head, title, body: DESCRIPTION });
  show.answer(`#${pull.number}`, true);
  await issue.says(alice, `/break-glass retro #${pull.number}`, "`diff-not-covered`");
  show.say(
    "She pushes the very commit that landed. The app follows what was named once, so nobody has to ask again:",
  );
  show.command("alice", `git push --force origin ${after.slice(0, 12)}:refs/heads/${head}`);
  await pull.pushOid(alice, after);
  await stage.quiet();
  issue.news("Documentation");
  return pull;
}

async function reviewed(
  stage: Stage,
  { bob, dave }: Cast,
  issue: Thread,
  pull: PullRequestHandle,
): Promise<void> {
  show.say(
    "GitHub takes anybody's approval but Alice's own. Dave pushed what landed, so Countersign does not count his; Bob had no hand in it:",
  );
  for (const [user, expected] of [
    [dave, "`involved`"],
    [bob, "Approval"],
  ] as const) {
    show.command(user.login, `gh pr review ${pull.number} --approve`);
    pull.review(user, "APPROVE");
    await stage.quiet();
    issue.news(expected);
  }
}

async function sealed(stage: Stage, { erin }: Cast, { issue }: Around, thread: Thread): Promise<void> {
  show.say("Nothing is owed any more. Erin closes the case:");
  await thread.says(erin, "/break-glass close", "closed");
  if (issue.state !== "closed") throw new Error("The issue of the closed case is open.");
  alerts(stage.receiver.news());
  show.say(
    "Its issue is closed, and sums up the evidence that the case has left (in brackets what a change leaves that goes through its gates):",
  );
  closingSummary(issue);
}
