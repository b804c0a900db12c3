/**
 * Hidden first lines by which the app finds again what it posted before a crash. Ids and keys are of our own making;
 * whatever could end the HTML comment early is left out all the same.
 */

/** The marker in a tracking issue's body. `id` is the case's. */
export const caseMarker = (id: string): string => marker("case", id);

/** The marker of a comment; `key` is the one it is wanted under. */
export const commentMarker = (key: string): string => marker("comment", key);

/** A comment's body as it is posted: the marker, then the text. */
export const markedComment = (key: string, text: string): string => `${commentMarker(key)}\n${text}`;

const marker = (kind: string, name: string): string =>
  `<!-- countersign:${kind}:${name.replace(/[^A-Za-z0-9:/#@._-]|--+/g, "_")} -->`;
