import * as openpgp from "openpgp";
import { KEYS_MADE_AT } from "../../support/signing.js";
import { ALICE, SIGNED_AT } from "../support.js";

export type ModernKey = "v6 ed25519" | "v6 ed448" | "v4 ed25519";

/** Keys of RFC 9580, which gpg cannot make: what signs with them, and their public half. */
export async function modernKey(
  kind: ModernKey,
): Promise<{ publicKey: string; sign: (payload: string) => Promise<string> }> {
  const { privateKey, publicKey } = await openpgp.generateKey({
    type: kind === "v6 ed448" ? "curve448" : "curve25519",
    userIDs: [ALICE],
    date: KEYS_MADE_AT,
    format: "object",
    config: { v6Keys: kind !== "v4 ed25519" },
  });
  const sign = async (payload: string): Promise<string> => {
    const message = await openpgp.createMessage({ binary: Buffer.from(payload, "latin1") });
    // The declared type of the result rests on types of streams that are not installed.
    const armor: unknown = await openpgp.sign({
      message,
      signingKeys: privateKey,
      detached: true,
      date: SIGNED_AT,
    });
    if (typeof armor !== "string") throw new Error("openpgp.js gave no armor");
    return armor;
  };
  return { publicKey: publicKey.armor(), sign };
}
