export interface PublicKeyLine {
  readonly type: string;
  /** Wire format. */
  readonly blob: Buffer;
}

const LINE = /^([a-z][a-z0-9@.-]+) ([A-Za-z0-9+/]+={0,2})(?:[ \t].*)?$/;

/**
 * Reads `type base64 [comment]`, the form of `id_*.pub` files and of GitHub's API. `null` where the base64 is not
 * canonical or the key inside names another type than the line does.
 */
export function readPublicKeyLine(text: string): PublicKeyLine | null {
  const match = LINE.exec(text.trim().replace(/^(\S+)[ \t]+/, "$1 "));
  const [type, base64] = [match?.[1], match?.[2]];
  if (type === undefined || base64 === undefined) return null;
  const blob = Buffer.from(base64, "base64");
  const canonical = blob.toString("base64") === base64;
  return canonical && namesType(blob, type) ? { type, blob } : null;
}

function namesType(blob: Buffer, type: string): boolean {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0);
  return length === type.length && blob.toString("latin1", 4, 4 + length) === type;
}
