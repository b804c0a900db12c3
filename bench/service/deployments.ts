import type { LoopbackGitHub } from "../../test/github/loopback.js";
import type { PullRequestHandle, RepositoryHandle, UserHandle } from "../../test/github/scenario.js";
import { makeCommit } from "../signatures/commit.js";
import { type PackedObject, writePack } from "../signatures/pack.js";
import { SIGNER, type Signer } from "../signatures/signers/signer.js";
import { sshEd25519, sshSigner } from "../signatures/signers/ssh.js";

const POLICY = 'version: 1\nbranches: ["~DEFAULT_BRANCH"]\n';

/** A repository that is gated as it should be, with one author, whose key its base branch trusts. */
export class Deployments {
  readonly repository: RepositoryHandle;
  readonly author: UserHandle;
  readonly #signer: Signer;

  private constructor(repository: RepositoryHandle, author: UserHandle, signer: Signer) {
    this.repository = repository;
    this.author = author;
    this.#signer = signer;
  }

  /** On a GitHub that has none yet: the organization, its repository, and the app's installation there. */
  static async create(github: LoopbackGitHub): Promise<Deployments> {
    const signer = sshSigner(sshEd25519());
    const organization = github.organization("acme");
    const repository = await organization.repository("deployments", {
      files: {
        "README.md": "# Deployments\n",
        ".github/countersign.yml": POLICY,
        ".github/countersign/allowed_signers": signer.publicKey,
      },
    });
    const author = github.user("alice", { emails: [SIGNER.email] });
    repository.grant(author, "write");
    repository.protect("main", {
      adminEnforced: true,
      pullRequest: { approvals: 1, dismissStale: true, codeOwners: false, lastPushApproval: true },
      checks: [{ context: "countersign", appId: github.appId }],
      signatures: true,
    });
    github.install(organization);
    return new Deployments(repository, author, signer);
  }

  /** Opens a pull request for each branch, each with as many commits, all of them signed by its author. */
  async open(branches: readonly string[], commits: number): Promise<PullRequestHandle[]> {
    const heads = await this.#commit(branches, commits);
    const pulls: PullRequestHandle[] = [];
    for (const [branch, oid] of heads) {
      await this.repository.pushOid(this.author, branch, oid);
      const title = `Raise the replicas of ${branch}`;
      pulls.push(await this.repository.openPullRequest(this.author, { head: branch, base: "main", title }));
    }
    return pulls;
  }

  /** Branch → its head: all commits in one pack, for making each by git would take minutes. */
  async #commit(branches: readonly string[], commits: number): Promise<Map<string, string>> {
    const { git } = this.repository.repo;
    const heads = new Map<string, string>();
    const packed: PackedObject[] = [];
    const base = await this.repository.tip();
    for (const branch of branches) {
      const files = { [`${branch}.yaml`]: "replicas: 3\n" };
      const changed = await this.repository.commit({ message: "Change", author: SIGNER, files });
      const { tree } = await git.commitObject(changed);
      let head = base;
      for (let index = 0; index < commits; index += 1) {
        const { oid, raw } = makeCommit(this.#signer, index, head, tree);
        packed.push({ type: "commit", raw });
        head = oid;
      }
      heads.set(branch, head);
    }
    await writePack(git.path, packed.length, packed);
    return heads;
  }
}
