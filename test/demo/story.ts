import type { CheckRun } from "../github/world/model.js";
import { asUser, refusal } from "../github/support/stage.js";
import type { PullRequestHandle, UserHandle } from "../github/scenario.js";
import { type Cast, protectMain } from "./cast.js";
import { readRecord, tryToChangeRecord } from "./evidence.js";
import { FOREIGN_IMAGE, IMAGE, manifest, MANIFEST_PATH, PINNED_IMAGE } from "./manifests.js";
import * as show from "./show.js";
import type { Stage } from "./stage.js";
import { Workstation } from "./workstation.js";

const GATES = ["signatures", "protection", "policy", "review"] as const;
const HERE = { owner: "acme", repo: "payments-infra" };
const BRANCH = "scale-payments";

type Light = "success" | "failure" | "action_required";
type Verdicts = Readonly<Record<(typeof GATES)[number], Light>>;

/** One pull request from its first push to its record. @throws where anything goes other than told */
export async function play(stage: Stage, cast: Cast): Promise<void> {
  const story = new Story(stage, cast);
  await story.introduce();
  const pull = await story.openPullRequest();
  const alice = await story.signAgain(pull);
  await story.closeTheGap(pull);
  await story.passThePolicy(pull, alice);
  await story.review(pull);
  await story.merge(pull);
  await readRecord(stage);
  await tryToChangeRecord(stage);
}

class Story {
  readonly #stage: Stage;
  readonly #cast: Cast;
  /** Check runs as the reader last saw them. */
  #shown: readonly string[] = [];

  constructor(stage: Stage, cast: Cast) {
    this.#stage = stage;
    this.#cast = cast;
  }

  async introduce(): Promise<void> {
    const { policy, repository } = this.#cast;
    protectMain(repository, null);
    await this.#stage.quiet();
    show.scene(
      "Countersign: the story of one pull request",
      `A GitOps controller deploys whatever is on main of ${repository.fullName}, so main is a controlled branch. The GitHub here is a stand-in on this machine; the app, the git commits, the GPG and SSH keys and the database are real.`,
    );
    show.facts([
      ["Alice", "writes manifests and signs with an SSH key that .github/countersign/allowed_signers lists"],
      ["Bob", "writes too and signs with a GPG key from .github/countersign/keyring/"],
      ["Carol", "runs the platform and administers the repository"],
      ["Mallory", "has Alice's access token, but not her signing key"],
    ]);
    show.say(
      "The policy, .github/countersign.yml on main. What it leaves out is at its strict default: protection that no one can bypass, and one independent approval. What it says of emergencies comes in 9.",
    );
    show.quote(`${policy.gates}breakGlass: …`);
  }

  async openPullRequest(): Promise<PullRequestHandle> {
    const { alice, bob, keys, repository } = this.#cast;
    const workload = { replicas: 4, image: PINNED_IMAGE };
    const steps = [
      { by: alice, key: keys.alice, message: "Run four replicas", change: { replicas: 4, image: IMAGE } },
      { by: bob, key: keys.bob, message: "Pin the image by digest", change: workload },
      {
        by: alice,
        key: null,
        message: "Make the root file system read-only",
        change: { ...workload, readOnly: true },
      },
      {
        by: alice,
        key: keys.mallory,
        message: "Use the mirror registry",
        change: { replicas: 4, image: FOREIGN_IMAGE, readOnly: true },
      },
    ];
    for (const { by, key, message, change } of steps) {
      await repository.push(by, BRANCH, { message, key, files: { [MANIFEST_PATH]: manifest(change) } });
    }
    show.scene(
      "1. A pull request with four commits",
      "Alice opens a pull request. Of its commits one is signed by Alice, one by Bob, and one Alice forgot to sign. The last is Mallory's: pushed with Alice's token, in Alice's name, signed with a key that says it is Alice's.",
    );
    const title = "Scale payments-api to four replicas";
    const pull = await repository.openPullRequest(alice, { head: BRANCH, base: "main", title });
    show.quote(await this.#log(pull));
    show.say(
      "Countersign judges the head commit. Its main check as GitHub shows it (▸ opens there), then each gate's:",
    );
    await this.#expect(
      pull,
      { signatures: "failure", protection: "failure", policy: "failure", review: "action_required" },
      ["countersign"],
    );
    show.say("The branch requires this check and more, so GitHub does not let the pull request in:");
    await this.#refusedMerge(pull);
    return pull;
  }

  async signAgain(pull: PullRequestHandle): Promise<Workstation> {
    const { alice, keys, repository } = this.#cast;
    show.scene(
      "2. The fix: drop what is not hers, sign what is",
      "Alice never wrote the last commit, so she drops it. The commands that sign the other one she copies from the check, word for word. Bob's commit keeps his signature.",
    );
    const remedy = commandsOf(this.#run(pull, "countersign/signatures"), "git rebase");
    const desk = await Workstation.clone(repository, BRANCH, {
      user: alice,
      key: keys.alice,
      folder: `${this.#stage.folder}/alice`,
    });
    await type(desk, "alice", ["git reset --hard HEAD~1", ...remedy]);
    show.quote(await this.#log(pull));
    await this.#expect(
      pull,
      { signatures: "success", protection: "failure", policy: "failure", review: "action_required" },
      ["countersign/signatures"],
    );
    return desk;
  }

  async closeTheGap(pull: PullRequestHandle): Promise<void> {
    const { repository } = this.#cast;
    show.scene(
      "3. A gap in the branch protection",
      "main requires a check named countersign, but from any source: whoever can push could report a green one. A gate that can be forged is none, so the protection gate fails and names the setting.",
    );
    await this.#expect(
      pull,
      { signatures: "success", protection: "failure", policy: "failure", review: "action_required" },
      ["countersign/protection"],
    );
    show.say(
      "Carol sets the check's source to this app. GitHub's webhook tells Countersign, which judges anew:",
    );
    for (const rule of [...repository.repo.protections]) repository.unprotect(rule);
    protectMain(repository, this.#stage.github.appId);
    await this.#expect(pull, {
      signatures: "success",
      protection: "success",
      policy: "failure",
      review: "action_required",
    });
  }

  async passThePolicy(pull: PullRequestHandle, desk: Workstation): Promise<void> {
    const { conftest, repository } = this.#cast;
    show.scene(
      "4. The policy result",
      "The policy wants conftest's verdict on exactly the head commit, from conftest's own app. Its absence has failed the gate so far. Now it starts, and the gate waits:",
    );
    const judged = { signatures: "success", protection: "success", review: "action_required" } as const;
    const run = await repository.checkRun(conftest, pull.headOid, "conftest", { status: "in_progress" });
    await this.#expect(pull, { ...judged, policy: "action_required" });
    const output = {
      title: "1 failure",
      summary: "Deployment payments-api: container payments-api has no memory limit.",
    };
    await repository.updateCheckRun(conftest, run, { status: "completed", conclusion: "failure", output });
    show.say(`conftest reports a failure. ${output.summary}`);
    await this.#expect(pull, { ...judged, policy: "failure" }, ["countersign/policy"]);
    show.say("Alice sets a limit. The new head commit needs a result of its own, and this one passes:");
    const fixed = manifest({ replicas: 4, image: PINNED_IMAGE, readOnly: true, memory: "512Mi" });
    await desk.write(MANIFEST_PATH, fixed);
    await type(desk, "alice", ["git commit -S -a -m 'Limit the memory'", "git push"]);
    await this.#stage.quiet();
    await repository.checkRun(conftest, pull.headOid, "conftest", { conclusion: "success" });
    await this.#expect(pull, { ...judged, policy: "success" });
  }

  async review(pull: PullRequestHandle): Promise<void> {
    const { alice, bob, carol } = this.#cast;
    show.scene(
      "5. Review by somebody who had no hand in it",
      "GitHub itself refuses Alice's approval of her own pull request. It takes Bob's, although one of the commits is his. Countersign does not count it: nobody vouches for their own work.",
    );
    const passed = { signatures: "success", protection: "success", policy: "success" } as const;
    show.command("alice", `gh pr review ${pull.number} --approve`);
    const refused = await refusal(this.#approve(alice, pull));
    expectEqual("GitHub's answer to the author's approval", refused.status, 422);
    show.answer(answerOf(refused), false);
    show.command("bob", `gh pr review ${pull.number} --approve`);
    await this.#approve(bob, pull);
    show.answer("approved", true);
    await this.#expect(pull, { ...passed, review: "action_required" }, ["countersign/review"]);
    show.say("Bob's approval satisfies GitHub. The required check is what still holds the merge:");
    await this.#refusedMerge(pull);
    show.say("Carol wrote, committed and pushed none of it. Her approval counts:");
    show.command("carol", `gh pr review ${pull.number} --approve`);
    await this.#approve(carol, pull);
    show.answer("approved", true);
    await this.#expect(pull, { ...passed, review: "success" }, ["countersign"]);
  }

  async merge(pull: PullRequestHandle): Promise<void> {
    show.scene(
      "6. Merge",
      "Everything is green, and GitHub lets the pull request in. The app hears of it, gathers the facts once more as they were at the merge, and writes one record.",
    );
    show.command("alice", `gh pr merge ${pull.number} --merge`);
    const { data } = await this.#stage.inOneGo(() => this.#merge(pull));
    show.answer(`${data.message}: ${data.sha}`, true);
    await this.#stage.quiet();
  }

  /** What the branch has over main, as git shows it. */
  async #log(pull: PullRequestHandle): Promise<string> {
    const { git } = this.#cast.repository.repo;
    const commits = await git.commits(await git.between(pull.pull.baseOid, pull.headOid));
    return commits
      .map(({ oid, message, author, signature }) => {
        const kind =
          signature === null ? "no" : signature.signature.startsWith("-----BEGIN SSH") ? "SSH" : "GPG";
        const subject = message.split("\n")[0] ?? "";
        return `${oid.slice(0, 12)}  ${author.name.padEnd(14)}${`${kind} signature`.padEnd(15)}${subject}`;
      })
      .join("\n");
  }

  /** Waits until the app has come to rest, holds its checks against `verdicts`, and shows them. */
  async #expect(pull: PullRequestHandle, verdicts: Verdicts, full: readonly string[] = []): Promise<void> {
    await this.#stage.quiet();
    const lights = GATES.map((gate) => verdicts[gate]);
    const overall = lights.includes("failure")
      ? "failure"
      : lights.includes("action_required")
        ? "action_required"
        : "success";
    const names = ["countersign", ...GATES.map((gate) => `countersign/${gate}`)];
    const runs = names.map((name) => this.#run(pull, name));
    const wanted = new Map(names.map((name, index) => [name, [overall, ...lights][index]]));
    const news = runs.filter((run) => !this.#shown.includes(faceOf(run)));
    show.checks(runs, news, full);
    this.#shown = runs.map(faceOf);
    for (const { name, conclusion } of runs) expectEqual(`The check ${name}`, conclusion, wanted.get(name));
  }

  #run(pull: PullRequestHandle, name: string): CheckRun {
    const runs = this.#stage.github.checkRuns(this.#cast.repository, pull.headOid);
    const run = runs.find((candidate) => candidate.name === name);
    if (run === undefined) throw new Error(`GitHub has no check ${name} on ${pull.headOid}.`);
    return run;
  }

  async #refusedMerge(pull: PullRequestHandle): Promise<void> {
    show.command("alice", `gh pr merge ${pull.number} --merge`);
    const refused = await refusal(this.#merge(pull));
    expectEqual("GitHub's answer to the merge", refused.status, 405);
    show.answer(answerOf(refused), false);
  }

  #merge(pull: PullRequestHandle) {
    const { pulls } = asUser(this.#stage.github, this.#cast.alice).rest;
    return pulls.merge({ ...HERE, pull_number: pull.number, merge_method: "merge" });
  }

  #approve(user: UserHandle, pull: PullRequestHandle) {
    const { pulls } = asUser(this.#stage.github, user).rest;
    return pulls.createReview({ ...HERE, pull_number: pull.number, event: "APPROVE" });
  }
}

async function type(desk: Workstation, who: string, lines: readonly string[]): Promise<void> {
  show.command(who, ...lines);
  for (const line of lines) await desk.sh(line);
}

/** The lines of the first block of commands on a check's page that starts so. */
function commandsOf({ summary }: CheckRun, start: string): string[] {
  const blocks = (summary ?? "").matchAll(/^```\w*\n([^]*?)\n```$/gm);
  for (const [, block = ""] of blocks) if (block.startsWith(start)) return block.split("\n");
  throw new Error(`The check shows no command that starts with ${start}.`);
}

/** What of a check run a reader sees in the list. */
const faceOf = ({ name, conclusion, title }: CheckRun): string =>
  `${name}: ${conclusion ?? ""}: ${title ?? ""}`;

/** Octokit ends GitHub's words with the address of their documentation. */
const answerOf = ({ status, message }: { status: number; message: string }): string =>
  `${status} ${message.split(" - http")[0] ?? ""}`;

function expectEqual(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what} is ${String(found)} where ${String(wanted)} was expected.`);
}
