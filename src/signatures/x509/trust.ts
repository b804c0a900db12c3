import type { ControlFile, X509Files } from "../../facts/facts.js";
import { decodeBase64 } from "../encoding/armor.js";
import { SignatureRefusal } from "../reasons.js";
import type { TrustProblem } from "../trust.js";
import { isIssuedBy, isSelfIssued, readCertificate, type Certificate } from "./certificate/certificate.js";
import { findPaths, type Authorities } from "./certificate/chain.js";
import { readLogKey, type LogKey } from "./log/log-key.js";

/** Whom X.509 signatures are checked with. Plain data and keys, so that worker threads can be handed it. */
export interface X509Trust {
  readonly signers: Authorities;
  readonly timestampAuthorities: Authorities;
  readonly logs: readonly LogKey[];
}

export interface X509Reading {
  readonly trust: X509Trust;
  readonly problems: readonly TrustProblem[];
}

interface Item<T> {
  readonly path: string;
  readonly line: number;
  readonly value: T;
}

/**
 * Reads PEM files of roots, timestamp authorities and logs. Self-signed certificates are roots; others only help to
 * find the way to one. What cannot be used is left out, which trusts less, and named in `problems`.
 */
export function readX509Trust({ roots, timestampAuthorities, transparencyLogs }: X509Files): X509Reading {
  const problems: TrustProblem[] = [];
  const trust = {
    signers: readAuthorities(roots, problems),
    timestampAuthorities: readAuthorities(timestampAuthorities, problems),
    logs: readItems(transparencyLogs, "PUBLIC KEY", readLogKey, problems).map(({ value }) => value),
  };
  return { trust, problems };
}

function readAuthorities(files: readonly ControlFile[], problems: TrustProblem[]): Authorities {
  const items = readItems(files, "CERTIFICATE", readCertificate, problems);
  const isRoot = ({ value }: Item<Certificate>): boolean => isSelfIssued(value) && isIssuedBy(value, value);
  const roots = items.filter(isRoot).map(({ value }) => value);
  const others = items.filter((item) => !isRoot(item));
  const intermediates = others.map(({ value }) => value);
  for (const { path, line, value } of others) {
    if (!leadsToRoot(value, { roots, intermediates }))
      problems.push({ path, line, message: "The certificate is no root, and leads to none that is listed." });
  }
  return { roots, intermediates };
}

/** Whatever else may be wrong with it for a purpose is found when it is used. */
function leadsToRoot(certificate: Certificate, authorities: Authorities): boolean {
  try {
    findPaths(certificate, [], authorities, "signing");
    return true;
  } catch (error) {
    return error instanceof SignatureRefusal && error.code !== "x509-untrusted";
  }
}

const BLOCK = /^-----BEGIN ([A-Z0-9 ]+)-----[ \t]*$/;

/** The items between the armor lines of RFC 7468; text around them is for people. */
function readItems<T>(
  files: readonly ControlFile[],
  label: string,
  read: (der: Uint8Array) => T,
  problems: TrustProblem[],
): Item<T>[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.replaceAll("\r\n", "\n").split("\n");
    const blocks = [...lines.entries()].filter(([, line]) => BLOCK.test(line));
    if (blocks.length === 0)
      problems.push({ path, line: null, message: `The file holds no PEM block “${label}”.` });
    return blocks.flatMap(([index, begin]) => {
      try {
        return [{ path, line: index + 1, value: read(bodyAfter(lines, index, begin, label)) }];
      } catch (error) {
        if (!(error instanceof SignatureRefusal)) throw error;
        problems.push({ path, line: index + 1, message: `The PEM block cannot be used as “${label}”.` });
        return [];
      }
    });
  });
}

function bodyAfter(lines: readonly string[], index: number, begin: string, label: string): Buffer {
  const end = lines.findIndex((line, at) => at > index && line.startsWith("-----"));
  if (begin.trim() !== `-----BEGIN ${label}-----` || lines[end]?.trim() !== `-----END ${label}-----`)
    throw new SignatureRefusal("signature-malformed", "PEM");
  return decodeBase64(
    lines
      .slice(index + 1, end)
      .map((line) => line.trim())
      .join(""),
  );
}
