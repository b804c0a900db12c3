import { type LookupAddress, type LookupOptions } from "node:dns";
import { lookup } from "node:dns/promises";
import { type LookupFunction } from "node:net";
import { isNativeError } from "node:util/types";
import { visible } from "../../report/escape.js";
import { hostOf, isAddress, isAllowed, isPublic, type PrivateTargets } from "./addresses.js";

/** All addresses of a host name, as the operating system knows them. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/** A connection that must not be made, and why. */
export class TargetRefused extends Error {
  override readonly name = "TargetRefused";
}

/**
 * Why a target is out of bounds as it is written, before any name is looked up; `null` if it is not.
 * @param host as `hostOf` gives it
 * @param encrypted whether the connection is certain to be encrypted
 */
export function refusalOf(host: string, encrypted: boolean, targets: PrivateTargets): string | null {
  const allowed = targets.hosts.has(host) || isAllowed(host, targets);
  if (allowed) return null;
  if (isAddress(host) && !isPublic(host)) return `${host} is not a public address`;
  return encrypted ? null : "the connection would not be encrypted";
}

/**
 * A lookup for `net.connect` and `tls.connect` that hands out only addresses which may be connected to. They connect to
 * just these and look up nothing again, so a name that changes its mind in between (DNS rebinding) gains nothing.
 * Node does not call it for a host that is an address: ask `refusalOf` first.
 */
export function guardedLookup(targets: PrivateTargets, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    void resolve(hostname).then(
      (found) => {
        const bad = found.find(({ address }) => !mayConnect(hostname, address, targets));
        if (bad === undefined) answer(found, options, callback);
        // One bad address among good ones is enough: whoever mixes them is up to something.
        else callback(refused(hostname, bad.address), "", 0);
      },
      (error: unknown) => {
        callback(isNativeError(error) ? error : new Error(String(error)), "", 0);
      },
    );
  };
}

const mayConnect = (hostname: string, address: string, targets: PrivateTargets): boolean =>
  isPublic(address) || isAllowed(address, targets) || targets.hosts.has(hostOf(hostname) ?? "");

const refused = (hostname: string, address: string): TargetRefused =>
  new TargetRefused(`${visible(hostname)} leads to ${visible(address)}, which is not a public address`);

function answer(
  found: readonly LookupAddress[],
  { all, family }: LookupOptions,
  callback: Parameters<LookupFunction>[2],
): void {
  const wanted = family === 4 || family === "IPv4" ? 4 : family === 6 || family === "IPv6" ? 6 : 0;
  const fitting = found.filter((one) => wanted === 0 || one.family === wanted);
  const [first] = fitting;
  if (first === undefined)
    callback(Object.assign(new Error("No address found."), { code: "ENOTFOUND" }), "", 0);
  else if (all === true) callback(null, fitting);
  else callback(null, first.address, first.family);
}
