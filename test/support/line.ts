import { connect, createServer, type Server, type Socket } from "node:net";

/** A line to a server that can be cut: what is connected breaks, and nobody gets through until it is mended. */
export interface Line {
  /** The URL that was given, over this line. */
  readonly url: string;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Lays a line to the server of a URL, as of a database. */
export async function layLine(to: string): Promise<Line> {
  const { hostname, port } = new URL(to);
  const ends = new Set<Socket>();
  let broken = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    join(near, far, ends);
    if (broken) near.destroy();
  });
  const url = new URL(to);
  url.port = String(await listen(server));
  url.hostname = "127.0.0.1";
  const cut = () => {
    broken = true;
    for (const end of ends) end.destroy();
  };
  return {
    url: url.href,
    cut,
    mend: () => {
      broken = false;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whichever end breaks, breaks the other. */
function join(near: Socket, far: Socket, ends: Set<Socket>): void {
  for (const [end, other] of [
    [near, far],
    [far, near],
  ] as const) {
    ends.add(end);
    end.on("error", () => end.destroy());
    end.once("close", () => {
      ends.delete(end);
      other.destroy();
    });
    end.pipe(other);
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the line has no port");
  return address.port;
}
