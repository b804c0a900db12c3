const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The text of a user id. It should be UTF-8 (RFC 9580, section 5.11); old keys hold other encodings, which are taken
 * octet by octet, so that no two of those become one.
 */
export function userIdText(body: Uint8Array): string {
  try {
    return UTF8.decode(body);
  } catch {
    return Buffer.from(body).toString("latin1");
  }
}

/** The address in `Name <address>`, or the whole user id where it is an address; anything else is not guessed at. */
export function emailOf(userId: string): string | null {
  const match = /^[^<>]*<([^<>\s@]+@[^<>\s@]+)>$/.exec(userId) ?? /^([^<>\s@]+@[^<>\s@]+)$/.exec(userId);
  return match?.[1] ?? null;
}
