import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { isNativeError } from "node:util/types";
import { createTransport } from "nodemailer";
import { type CountersignError, isCountersignError } from "../../errors.js";
import { type MailChannel } from "../channel.js";
import { guardedLookup, refusalOf } from "../net/guard.js";
import { type Mail } from "../render/mail.js";
import { failed, refused, unanswered } from "./outcome.js";
import { type Transport } from "./transport.js";

/**
 * Sends a mail once, to all recipients. Where the server takes it for some of them only, it counts as not sent and is sent
 * to all again if that may help: under the same Message-ID, so that mailboxes can tell.
 *
 * @throws CountersignError `channel-refused` after an answer 5xx, `channel-failed` after any other failure
 */
export async function sendMail(channel: MailChannel, mail: Mail, transport: Transport): Promise<void> {
  const reason = refusalOf(channel.host, channel.security !== "none", transport.targets);
  if (reason !== null) throw refused(channel, `may not be connected to: ${reason}`);
  const signal = AbortSignal.timeout(transport.limitMs);
  try {
    judge(channel, await deliver(channel, mail, transport, signal));
  } catch (error) {
    throw answered(channel, error) ?? unanswered(channel, error, signal, transport.limitMs);
  }
}

async function deliver(channel: MailChannel, mail: Mail, transport: Transport, signal: AbortSignal) {
  const connection = await open(channel, transport, signal);
  try {
    const mailer = createTransport({ ...session(channel, transport), connection });
    return await mailer.sendMail({
      from: { name: "Countersign", address: channel.from },
      to: [...channel.to],
      subject: mail.subject,
      text: mail.text,
      messageId: mail.messageId,
      references: mail.references,
      priority: mail.priority,
      date: transport.clock.now(),
      // No answers by machines on holiday (RFC 3834).
      headers: { "Auto-Submitted": "auto-generated" },
      signal,
    });
  } finally {
    connection.destroy();
  }
}

/** Opened by us, because the library would look the name up itself, unguarded. */
async function open({ host, port }: MailChannel, transport: Transport, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port, lookup: guardedLookup(transport.targets, transport.resolve) });
  try {
    await once(socket, "connect", { signal });
    return socket;
  } catch (error) {
    // Whatever it still reports after we have given up is of no interest, but must not go unheard.
    socket.on("error", () => undefined).destroy();
    throw error;
  }
}

function session({ host, port, security, auth }: MailChannel, { limitMs, ca }: Transport) {
  return {
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    tls: { minVersion: "TLSv1.2" as const, ...(ca === undefined ? {} : { ca }) },
    // With a password set, a server that asks for none is not the one that was meant.
    ...(auth === null ? {} : { auth: { user: auth.user, pass: auth.password }, forceAuth: true }),
    connectionTimeout: limitMs,
    greetingTimeout: limitMs,
    socketTimeout: limitMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

type Sent = Awaited<ReturnType<typeof deliver>>;

/** Recipients that the server did not take although it took others. */
function judge(channel: MailChannel, { accepted, rejected, rejectedErrors = [] }: Sent): void {
  if (rejected.length === 0) return;
  const what = `was not taken for ${rejected.length} of ${accepted.length + rejected.length} recipients`;
  throw rejectedErrors.every(isPermanent) ? refused(channel, what) : failed(channel, what);
}

/** What an answer of the server comes to; `null` if there was none. Its words are not repeated: it knows the password. */
function answered(channel: MailChannel, error: unknown): CountersignError | null {
  if (isCountersignError(error)) return error;
  if (!isNativeError(error) || !("responseCode" in error) || typeof error.responseCode !== "number")
    return null;
  // Whoever sits in between can refuse encryption in the server's name, and must not end the alert by that.
  if ("code" in error && error.code === "ETLS") return null;
  const what = `answered ${error.responseCode}`;
  return isPermanent(error) ? refused(channel, what) : failed(channel, what);
}

const isPermanent = (error: object): boolean => "permanent" in error && error.permanent === true;
