import { connect, type Socket } from "node:net";
import { once } from "node:events";

/** One request, ready to be written: everything that can be computed before is. */
export interface PreparedRequest {
  readonly head: Buffer;
  readonly body: Buffer;
}

/** How a server did with some requests. */
export interface Answered {
  readonly seconds: number;
  /** Of each request, from its first byte to the last one of its answer, in milliseconds. */
  readonly latencies: readonly number[];
}

const CHUNKS_END = Buffer.from("0\r\n\r\n");
const HEAD_END = "\r\n\r\n";

/**
 * Sends requests over `connections` that are kept open, on each one the next as soon as the last was answered. On bare
 * sockets, as this shares the machine with those it measures.
 *
 * @throws for an answer that is not 2xx
 */
export async function sendAll(
  { hostname, port }: URL,
  requests: readonly PreparedRequest[],
  connections: number,
): Promise<Answered> {
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      await once(socket, "connect");
      return socket;
    }),
  );
  const latencies: number[] = [];
  const waiting = requests.values();
  const start = performance.now();
  await Promise.all(
    sockets.map(async (socket) => {
      for (const request of waiting) latencies.push(await exchange(socket, request));
      socket.destroy();
    }),
  );
  return { seconds: (performance.now() - start) / 1_000, latencies };
}

async function exchange(socket: Socket, { head, body }: PreparedRequest): Promise<number> {
  const start = performance.now();
  socket.cork();
  socket.write(head);
  socket.write(body);
  socket.uncork();
  let answer: Buffer = Buffer.alloc(0);
  while (!isComplete(answer)) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
  }
  if (!answer.toString("latin1").startsWith("HTTP/1.1 2"))
    throw new Error(`a webhook was answered: ${answer.toString("utf8")}`);
  return performance.now() - start;
}

/** By its length, or by the last of its chunks (RFC 9112, section 6). */
function isComplete(answer: Buffer): boolean {
  const end = answer.indexOf(HEAD_END);
  if (end === -1) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.toString("latin1", 0, end + 2))?.[1];
  if (length === undefined) return answer.subarray(-CHUNKS_END.length).equals(CHUNKS_END);
  return answer.length >= end + HEAD_END.length + Number(length);
}
