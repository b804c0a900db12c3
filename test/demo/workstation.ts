import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import type { RepositoryHandle, UserHandle } from "../github/scenario.js";
import { runText } from "../support/run.js";
import type { SigningKey } from "../support/signing.js";

/** A developer's clone: real git, over HTTP, with a signing key in its configuration. */
export class Workstation {
  readonly folder: string;
  readonly #key: SigningKey;

  constructor(folder: string, key: SigningKey) {
    this.folder = folder;
    this.#key = key;
  }

  /** Clones `repository` as `user` into `folder` and checks `branch` out. */
  static async clone(
    repository: RepositoryHandle,
    branch: string,
    { user, key, folder }: { user: UserHandle; key: SigningKey; folder: string },
  ): Promise<Workstation> {
    await runText("git", ["clone", "-q", "--branch", branch, repository.cloneUrl(user), folder]);
    const workstation = new Workstation(folder, key);
    const settings = { "user.name": user.person.name, "user.email": user.person.email, ...key.gitConfig };
    for (const [name, value] of Object.entries(settings)) {
      await runText("git", ["config", name, value], { cwd: folder });
    }
    return workstation;
  }

  /** Runs one line as typed into a shell. */
  async sh(line: string): Promise<string> {
    return await runText("sh", ["-c", line], { cwd: this.folder, env: this.#key.env });
  }

  async write(path: string, content: string): Promise<void> {
    await writeFile(join(this.folder, path), content);
  }
}
