/** Name, e-mail and time in a commit header. */
export interface GitPerson {
  readonly name: string;
  readonly email: string;
  /** ISO 8601 with the offset that the header has. */
  readonly date: string;
}

export interface CommitObject {
  readonly oid: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: GitPerson;
  readonly committer: GitPerson;
  readonly message: string;
  /** As GitHub hands it out: the object without its `gpgsig` header, and that header's value. */
  readonly signature: { readonly payload: string; readonly signature: string } | null;
}

/** Reads a raw commit (without git's `commit <size>\0` header). */
export function parseCommit(oid: string, raw: Buffer): CommitObject {
  const text = raw.toString("utf8");
  const end = text.indexOf("\n\n");
  const lines = foldHeaders(text.slice(0, end));
  const values = (name: string) =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const signature = values("gpgsig")[0];
  const payload = [
    ...lines.filter((line) => !line.startsWith("gpgsig ")).map(unfold),
    "",
    text.slice(end + 2),
  ];
  return {
    oid,
    tree: values("tree")[0] ?? "",
    parents: values("parent"),
    author: parsePerson(values("author")[0] ?? ""),
    committer: parsePerson(values("committer")[0] ?? ""),
    message: text.slice(end + 2),
    signature: signature === undefined ? null : { payload: payload.join("\n"), signature },
  };
}

/** Headers with their continuation lines, whose leading space is taken off. */
function foldHeaders(head: string): string[] {
  const folded: string[] = [];
  for (const line of head.split("\n")) {
    const last = folded.length - 1;
    if (line.startsWith(" ") && last >= 0) folded[last] = `${folded[last] ?? ""}\n${line.slice(1)}`;
    else folded.push(line);
  }
  return folded;
}

function unfold(header: string): string {
  return header.replaceAll("\n", "\n ");
}

function parsePerson(value: string): GitPerson {
  const match = /^(?<name>.*?) ?<(?<email>[^>]*)> (?<seconds>-?\d+) (?<offset>[+-]\d{4})$/.exec(value);
  const { name = "", email = "", seconds = "0", offset = "+0000" } = match?.groups ?? {};
  return { name, email, date: zoned(Number(seconds), offset) };
}

function zoned(seconds: number, offset: string): string {
  const minutes =
    Number(`${offset.slice(0, 1)}1`) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3)));
  const local = new Date((seconds + minutes * 60) * 1000).toISOString().slice(0, 19);
  return minutes === 0 ? `${local}Z` : `${local}${offset.slice(0, 3)}:${offset.slice(3)}`;
}
