import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Where connections may lead besides the public internet: what the operator named, and nothing else. */
export interface PrivateTargets {
  /** Hosts by name, in lower case, whatever they resolve to. */
  readonly hosts: ReadonlySet<string>;
  /** Networks in CIDR form, under whatever name they are reached. */
  readonly networks: readonly string[];
}

export const NO_PRIVATE_TARGETS: PrivateTargets = { hosts: new Set(), networks: [] };

/** The only part of IPv6 from which public addresses have been given out (RFC 4291, IANA registry). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether an address is on the public internet. What is not plainly so (private, loopback, link-local with the clouds'
 * metadata service, carrier-grade NAT, multicast, documentation, tunnels such as 6to4 and NAT64 whose inside nobody
 * checks, and whatever is no address at all) is not. An IPv4 address within IPv6 is judged as the IPv4 address.
 */
export function isPublic(text: string): boolean {
  const address = parseAddress(text);
  if (address?.range() !== "unicast") return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST);
}

/** Whether the operator allows this address although it is not public. */
export function isAllowed(text: string, { networks }: PrivateTargets): boolean {
  const address = parseAddress(text);
  return address !== null && networks.some((network) => contains(network, address));
}

function contains(network: string, address: Address): boolean {
  const [base, bits] = ipaddr.parseCIDR(network);
  return base.kind() === address.kind() && address.match(base, bits);
}

/** `null` unless `text` is an address in one of the notations that connecting code understands. */
function parseAddress(text: string): Address | null {
  return ipaddr.isValid(text) ? ipaddr.process(text) : null;
}

/** Whether `host`, as `hostOf` gives it, is an address rather than a name. */
export const isAddress = (host: string): boolean => parseAddress(host) !== null;

/**
 * A host as the URL standard understands it: lower case, no brackets, IPv4 in any notation (`2130706433`, `0x7f.1`) as
 * four decimals, no dot at the end. `null` if it is no host.
 */
export function hostOf(text: string): string | null {
  const bracketed = text.includes(":") && !text.startsWith("[") ? `[${text}]` : text;
  const base = `http://${bracketed}/`;
  if (/[\s/?#@\\]/.test(text) || !URL.canParse(base)) return null;
  const { hostname, port } = new URL(base);
  return port === "" ? hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "") : null;
}

/**
 * Reads a list such as `hooks.internal, 10.1.0.0/16, 127.0.0.1`.
 * @returns the list, or the first entry that is neither a host nor a network
 */
export function parsePrivateTargets(text: string): PrivateTargets | { readonly unreadable: string } {
  const hosts = new Set<string>();
  const networks: string[] = [];
  for (const entry of text.split(",").map((part) => part.trim())) {
    if (entry === "") continue;
    const host = entry.includes("/") ? null : hostOf(entry);
    if (host !== null && isAddress(host)) networks.push(wholeAddress(host));
    else if (host !== null) hosts.add(host);
    else if (ipaddr.isValidCIDR(entry)) networks.push(entry);
    else return { unreadable: entry };
  }
  return { hosts, networks };
}

function wholeAddress(host: string): string {
  const address = ipaddr.process(host);
  return `${address.toString()}/${address.kind() === "ipv4" ? 32 : 128}`;
}
