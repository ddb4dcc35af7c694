/** A mail server of the test's own, on this machine: it keeps what it takes, and refuses as often as it is told to. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

const LOOKS = 200;
const LOOK_EVERY_MILLIS = 100;

export class MailServer {
  /** whole messages, in the order they came */
  readonly received: string[] = [];
  /** so many of the next messages are not taken, as by a mailbox that is busy */
  refusals = 0;

  private readonly server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, _session, done) => {
      const pieces: string[] = [];
      stream.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
      stream.on('end', () => {
        if (this.refusals > 0) {
          this.refusals -= 1;
          done(Object.assign(new Error('mailbox busy'), { responseCode: 450 }));
          return;
        }
        this.received.push(pieces.join(''));
        done();
      });
    },
  });

  static async start(): Promise<MailServer> {
    const mail = new MailServer();
    mail.server.listen(0, '127.0.0.1');
    await once(mail.server.server, 'listening');
    return mail;
  }

  /** for PUMASI_SMTP_URL */
  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** Waits for the first message with this text in it. */
  async arrived(text: string): Promise<string> {
    for (let look = 0; look < LOOKS; look += 1) {
      const message = this.received.find((each) => each.includes(text));
      if (message !== undefined) return message;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLIS));
    }
    throw new Error(`no letter with ${text} has arrived`);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
