/**
 * OpenSSH's pattern lists (ssh_config(5), PATTERNS): `*` and `?`, separated by commas; `!` excludes, and an excluding
 * match beats every other. A list of exclusions only matches nothing. Blanks are part of a pattern, as for OpenSSH.
 */
export function matchesPatternList(list: string, subject: string): boolean {
  const patterns = list.split(",");
  const excluded = patterns.some(
    (pattern) => pattern.startsWith("!") && matchesPattern(pattern.slice(1), subject),
  );
  return (
    !excluded && patterns.some((pattern) => !pattern.startsWith("!") && matchesPattern(pattern, subject))
  );
}

/** Whether a pattern list that is `text` matches `text`, and nothing else. */
export const isLiteral = (text: string): boolean => !/[,*?!]/.test(text);

/** Matching with one point of return, in at most pattern × subject steps: a regular expression could take for ever. */
function matchesPattern(pattern: string, subject: string): boolean {
  let [p, s, star, mark] = [0, 0, -1, 0];
  while (s < subject.length) {
    if (pattern[p] === "*") [star, mark, p] = [p, s, p + 1];
    else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === subject[s])) [p, s] = [p + 1, s + 1];
    else if (star !== -1) [p, s, mark] = [star + 1, mark + 1, mark + 1];
    else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}
