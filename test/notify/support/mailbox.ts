import { createServer, type Socket } from "node:net";
import { createSecureContext, createServer as createTlsServer, TLSSocket } from "node:tls";
import { type Listening, listen, PEM } from "./endpoint.js";

/** How a mail server behaves. */
export interface Manners {
  readonly tls: "implicit" | "starttls" | "none";
  /** What it answers to a command, where not what servers usually answer; `hang`: nothing; `drip`: no end of lines. */
  readonly answers?: Readonly<Record<string, string>>;
  readonly login?: { readonly user: string; readonly password: string };
}

export interface Mailbox extends Listening {
  /** The commands it was sent, each with whether the line was encrypted. */
  readonly commands: readonly { readonly line: string; readonly encrypted: boolean }[];
  /** The mails it took, header and body. */
  readonly mails: readonly string[];
}

/** A mail server on loopback: as much of SMTP (RFC 5321, 3207, 4954) as a client that sends needs. */
export async function startMailbox(manners: Manners): Promise<Mailbox> {
  const commands: { line: string; encrypted: boolean }[] = [];
  const mails: string[] = [];
  const serve = (socket: Socket, encrypted: boolean, greet = true): void => {
    let buffer = "";
    let data: string[] | null = null;
    const say = (text: string): void => {
      if (text === "drip") {
        const drip = setInterval(() => socket.write("250-more\r\n"), 10);
        socket.on("close", () => {
          clearInterval(drip);
        });
      } else if (text !== "hang") socket.write(`${text}\r\n`);
    };
    const take = (line: string): void => {
      if (data !== null) {
        if (line !== ".") {
          data.push(line.replace(/^\.\./, "."));
          return;
        }
        mails.push(data.join("\n"));
        data = null;
        say(manners.answers?.["."] ?? "250 taken");
        return;
      }
      commands.push({ line, encrypted });
      const reply = replyTo(line, manners, encrypted);
      say(reply);
      if (reply.startsWith("354")) data = [];
      if (reply.startsWith("220")) {
        socket.removeAllListeners("data");
        const secureContext = createSecureContext({ key: PEM, cert: PEM });
        serve(new TLSSocket(socket, { isServer: true, secureContext }), true, false);
      }
    };
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      buffer += chunk.toString("utf8");
      const lines = buffer.split("\r\n");
      buffer = lines.pop() ?? "";
      lines.forEach(take);
    });
    if (greet) say(manners.answers?.["greeting"] ?? "220 mail.test ready");
  };
  const server =
    manners.tls === "implicit"
      ? createTlsServer({ key: PEM, cert: PEM }, (socket) => {
          serve(socket, true);
        })
      : createServer((socket) => {
          serve(socket, false);
        });
  return { ...(await listen(server)), commands, mails };
}

const REPLIES: Readonly<Record<string, string>> = {
  DATA: "354 go on",
  QUIT: "221 bye",
};

function replyTo(line: string, manners: Manners, encrypted: boolean): string {
  const told = Object.entries(manners.answers ?? {}).find(([command]) => line.startsWith(command));
  if (told !== undefined) return told[1];
  const verb = line.slice(0, 4).toUpperCase();
  if (verb === "EHLO") return greetingOf(manners, encrypted);
  if (verb === "STAR") return manners.tls === "starttls" && !encrypted ? "220 go ahead" : "502 unknown";
  if (verb === "AUTH") return welcome(line, manners);
  return REPLIES[verb] ?? "250 ok";
}

function greetingOf({ tls, login }: Manners, encrypted: boolean): string {
  const words = ["mail.test", "8BITMIME"];
  if (tls === "starttls" && !encrypted) words.push("STARTTLS");
  if (login !== undefined) words.push("AUTH PLAIN");
  return [...words.map((word) => `250-${word}`), "250 HELP"].join("\r\n");
}

/** A server that is careless with what it was told: clients must not repeat it. */
function welcome(line: string, { login }: Manners): string {
  const given = Buffer.from(line.split(" ")[2] ?? "", "base64").toString("utf8");
  const right = login !== undefined && given === `\0${login.user}\0${login.password}`;
  return right ? "235 welcome" : `535 not you: ${given.replaceAll("\0", " ")}`;
}
