// Each look costs both processes some work, on a machine that the tests keep busy.
const POLL_MS = 100;

/**
 * Waits until `look` gives something other than `null`, and gives that. For what happens in another process, which
 * nobody announces to us.
 *
 * @throws after `deadlineMs`, with what `complaint` says by then
 */
export async function until<T>(
  look: () => Promise<T | null> | T | null,
  complaint: () => string,
  deadlineMs = 90_000,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(complaint());
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
