const LF = 0x0a;
const SPACE = 0x20;
const HEADER = Buffer.from("mergetag ");
const ANYWHERE = Buffer.from("\nmergetag ");

/**
 * The signed tags that a merge commit embeds (git-merge(1): `mergetag` headers, in their order), each as the bytes of
 * the tag object: header lines are continued by a leading space, which is no part of them.
 */
export function mergeTagsOf(raw: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  // Nearly every commit has none.
  if (!bytes.includes(ANYWHERE)) return [];
  const tags: Buffer[][] = [];
  let within = false;
  for (const line of headerLinesOf(bytes)) {
    const starts = line.subarray(0, HEADER.length).equals(HEADER);
    within = starts || (within && line[0] === SPACE);
    if (starts) tags.push([line.subarray(HEADER.length)]);
    else if (within) tags.at(-1)?.push(line.subarray(1));
  }
  return tags.map((lines) => Buffer.concat(lines));
}

/** The lines before the empty one, each with its LF. */
function* headerLinesOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length && bytes[start] !== LF;) {
    const end = bytes.indexOf(LF, start);
    const next = end === -1 ? bytes.length : end + 1;
    yield bytes.subarray(start, next);
    start = next;
  }
}
