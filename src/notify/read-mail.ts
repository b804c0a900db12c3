import { type MailChannel } from "./channel.js";
import { type PrivateTargets } from "./net/addresses.js";
import { refuseTarget, Unusable } from "./target-url.js";

const PARAMETERS = ["from", "to", "tls"];
/** The ports of RFC 8314 (TLS at once) and RFC 6409 (submission, STARTTLS). */
const PORTS = { "smtps:": 465, "smtp:": 587 };

/**
 * Reads `smtps://user:password@host:port/?from=…&to=…,…` or `smtp://…` (STARTTLS or nothing, unless `tls=off`).
 * @throws Unusable
 */
export function readMail(name: string, target: string, targets: PrivateTargets): MailChannel {
  if (!URL.canParse(target)) throw new Unusable("its address is not an smtps:// or smtp:// one");
  const url = new URL(target);
  const scheme = url.protocol;
  if (scheme !== "smtps:" && scheme !== "smtp:") {
    throw new Unusable("its address is not an smtps:// or smtp:// one");
  }
  if (!["", "/"].includes(url.pathname) || url.hash !== "") throw new Unusable("its address has a path");
  const parameters = readParameters(url.searchParams);
  const security = readSecurity(scheme, parameters.get("tls"));
  return {
    name,
    kind: "mail",
    host: refuseTarget(url.hostname, security !== "none", targets),
    port: url.port === "" ? PORTS[scheme] : Number(url.port),
    security,
    auth: readAuth(url),
    from: readAddress(parameters.get("from") ?? "", "from"),
    to: (parameters.get("to") ?? "").split(",").map((one) => readAddress(one.trim(), "to")),
  };
}

function readParameters(search: URLSearchParams): ReadonlyMap<string, string> {
  const names = [...search.keys()];
  const wrong = names.some((name) => !PARAMETERS.includes(name)) || new Set(names).size < names.length;
  if (wrong) throw new Unusable(`after ? it takes ${PARAMETERS.join(", ")}, each once and & between them`);
  return new Map(search);
}

function readSecurity(scheme: "smtps:" | "smtp:", tls: string | undefined): MailChannel["security"] {
  if (tls === undefined) return scheme === "smtps:" ? "tls" : "starttls";
  if (tls === "off" && scheme === "smtp:") return "none";
  throw new Unusable("tls takes off and nothing else, and with smtp:// only");
}

function readAuth(url: URL): MailChannel["auth"] {
  if (url.username === "" && url.password === "") return null;
  if (url.username === "" || url.password === "") throw new Unusable("user and password go together");
  try {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch {
    throw new Unusable("its user or password has a % that is not written as %25");
  }
}

/** Plain addresses only: what could end a header or add a recipient is not in them. */
function readAddress(text: string, parameter: string): string {
  if (/^[^\s@<>()[\],;:"\\\p{Cc}]+@[A-Za-z0-9.-]+$/u.test(text)) return text;
  throw new Unusable(`${parameter} is not a plain mail address (a + in it is written as %2B)`);
}
