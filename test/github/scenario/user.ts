import type { Person } from "../../support/git.js";
import type { SigningKey } from "../../support/signing.js";
import type { Account } from "../world/model.js";
import type { World } from "../world/world.js";

/** A person (or organization) as a test holds it. */
export class UserHandle {
  readonly account: Account;
  readonly #world: World;

  constructor(world: World, account: Account) {
    this.#world = world;
    this.account = account;
  }

  get login(): string {
    return this.account.login;
  }

  /** A personal access token, for REST and for pushes over HTTP. */
  get token(): string {
    return this.account.token;
  }

  /** Name and e-mail for this person's commits. */
  get person(): Person {
    return { name: this.account.name, email: this.account.emails[0] ?? `${this.login}@example.com` };
  }

  /** Registers a public key on the account: for signing only, as an SSH signing key or a GPG key. */
  addKey(key: Pick<SigningKey, "kind" | "publicKey">, options: { rawKeyKept?: boolean } = {}): void {
    const common = { id: this.#world.id(), createdAt: this.#world.now() };
    if (key.kind === "ssh") {
      this.account.sshSigningKeys.push({ ...common, title: "laptop", key: key.publicKey });
    } else {
      this.account.gpgKeys.push({
        ...common,
        armored: key.publicKey,
        rawKeyKept: options.rawKeyKept ?? true,
      });
    }
  }

  /** Takes every registered key off the account again. */
  removeKeys(): void {
    this.account.sshSigningKeys.splice(0);
    this.account.gpgKeys.splice(0);
  }
}
