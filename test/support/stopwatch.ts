/**
 * Starts to count the processor time of this process; gives what it has spent since, in milliseconds. That is what work
 * costs, on a busy machine as on an idle one, where the time on the wall says as much of the others.
 */
export function stopwatch(): () => number {
  const started = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1_000;
  };
}
