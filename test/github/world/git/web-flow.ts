import { createKeyring, type GpgKey, type Keyring } from "../../../support/signing.js";
import type { Account } from "../model.js";
import type { World } from "../world.js";

/** GitHub's own committer: the account `web-flow`, whose key signs what GitHub makes. The key is made when first used. */
export class WebFlow {
  readonly person = { name: "GitHub", email: "noreply@github.com" };
  readonly #world: World;
  #account: Account | null = null;
  #keys: Promise<{ keyring: Keyring; key: GpgKey }> | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  account(): Account {
    this.#account ??= this.#world.addAccount("web-flow", "User", {
      name: "GitHub Web Flow",
      emails: [this.person.email],
    });
    return this.#account;
  }

  /** The signing key, registered with the account. */
  async key(): Promise<GpgKey> {
    this.#keys ??= this.#make();
    return (await this.#keys).key;
  }

  async dispose(): Promise<void> {
    if (this.#keys !== null) await (await this.#keys).keyring.dispose();
  }

  async #make(): Promise<{ keyring: Keyring; key: GpgKey }> {
    const keyring = await createKeyring();
    const key = await keyring.gpgKey({ ...this.person });
    this.account().gpgKeys.push({
      id: this.#world.id(),
      armored: key.publicKey,
      createdAt: this.#world.now(),
      rawKeyKept: true,
    });
    return { keyring, key };
  }
}
