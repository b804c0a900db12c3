import { hostOf, type PrivateTargets } from "./net/addresses.js";
import { refusalOf } from "./net/guard.js";

/** A setting that cannot be used. Its message never holds the setting, which may be a secret. */
export class Unusable extends Error {
  override readonly name = "Unusable";

  /** @param variable the variable at fault, where it is not the channel's own */
  constructor(
    message: string,
    readonly variable?: string,
  ) {
    super(message);
  }

  /** Runs `read`; what it finds unusable is the fault of `variable`. */
  static in<T>(variable: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw error instanceof Unusable ? new Unusable(error.message, variable) : error;
    }
  }
}

/**
 * Checks the address of a webhook as far as can be told before it is called.
 * @returns it in its normal form
 * @throws Unusable
 */
export function targetUrl(text: string, targets: PrivateTargets): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw new Unusable("its address is not an https:// one");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "")
    throw new Unusable("its address must not hold a user or password");
  refuseTarget(url.hostname, url.protocol === "https:", targets);
  return url.href;
}

/**
 * @returns the host in its normal form
 * @throws Unusable where it is no host, not a public address, or not certain to be encrypted, and the operator has not
 *   allowed it
 */
export function refuseTarget(text: string, encrypted: boolean, targets: PrivateTargets): string {
  const host = hostOf(text);
  if (host === null || host === "") throw new Unusable("its host is missing or cannot be read");
  const reason = refusalOf(host, encrypted, targets);
  if (reason === null) return host;
  throw new Unusable(`${reason}; hosts for which that is right go into COUNTERSIGN_ALLOW_PRIVATE_TARGETS`);
}
