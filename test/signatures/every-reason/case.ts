import type { ReasonCode, SignatureVerdict } from "../../../src/signatures/index.js";
import type { Keyring } from "../../support/signing.js";

/** Makes an object that is judged with the reason it stands under, in `keyring`. */
export type Case = (keyring: Keyring) => SignatureVerdict | Promise<SignatureVerdict>;

/** Cases by their reason; several where the same is found on several ways. */
export type Cases<Code extends ReasonCode> = Readonly<Record<Code, Readonly<Record<string, Case>>>>;
