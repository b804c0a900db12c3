import { createHash } from "node:crypto";

/** A `string` of the SSH wire format (RFC 4251, section 5). */
export function wireString(content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The armor of an SSHSIG (PROTOCOL.sshsig). */
export function armored(body: Uint8Array): string {
  const lines = (
    Buffer.from(body)
      .toString("base64")
      .match(/.{1,70}/g) ?? []
  ).join("\n");
  return `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`;
}

/** What an SSHSIG holds, where a test wants it otherwise than ssh-keygen writes it. */
export interface Frame {
  readonly magic?: string;
  readonly version?: number;
  readonly namespace?: string;
  readonly reserved?: string;
  readonly hash?: string;
}

/** The body of an SSHSIG that holds `signature`, the algorithm's own form of it included. */
export function sshsigBody(publicKey: Uint8Array, signature: Uint8Array, frame: Frame = {}): Buffer {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(frame.version ?? 1);
  const fields = [
    publicKey,
    frame.namespace ?? "git",
    frame.reserved ?? "",
    frame.hash ?? "sha512",
    signature,
  ];
  return Buffer.concat([Buffer.from(frame.magic ?? "SSHSIG"), version, ...fields.map(wireString)]);
}

/** What is signed for `data`, as PROTOCOL.sshsig has it. */
export function signedFrame(data: Uint8Array | string, { namespace = "git" }: Frame = {}): Buffer {
  const digest = createHash("sha512").update(data).digest();
  return Buffer.concat([Buffer.from("SSHSIG"), ...[namespace, "", "sha512", digest].map(wireString)]);
}
