/** Brings letters to the mail server, again and again until it takes them. */
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { JobSource } from '../database/job-source.js';
import { Settings } from '../config/settings.js';
import { messageOf, updatedRows } from '../jobs/performer.js';
import { Keys } from '../keys/keys.js';
import { pause, within } from '../patience.js';

const LOOK_EVERY_MILLIS = 2_000;
const CONNECTIONS = 2;
/** So few that a slow mail server has taken them, or is let go of with each, before another process takes them again. */
const BATCH = 10;
/** A letter is tried this often, in an hour and a half altogether at first and then twice a day, and given up. */
export const TRIES = 10;
/** Who took a letter to send and died: another one takes it after this. A mail server that hangs is let go sooner. */
const TAKEN = "interval '5 minutes'";
const TIMEOUT_MILLIS = 20_000;
const STOP_MILLIS = 5_000;

interface DueLetter {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
  readonly tokenOf: string | null;
  readonly attempts: number;
}

@Injectable()
export class Mailer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Mail');
  private readonly stopping = new AbortController();
  private working: Promise<void> = Promise.resolve();
  private trouble: string | null = null;

  constructor(
    private readonly settings: Settings,
    private readonly source: JobSource,
    private readonly keys: Keys,
  ) {}

  onApplicationBootstrap(): void {
    const { PUMASI_SMTP_URL: url, PUMASI_WORKERS } = this.settings;
    if (url === undefined || !PUMASI_WORKERS) return;
    const server = createTransport({
      url,
      pool: true,
      maxConnections: CONNECTIONS,
      connectionTimeout: TIMEOUT_MILLIS,
      greetingTimeout: TIMEOUT_MILLIS,
      socketTimeout: TIMEOUT_MILLIS,
    });
    this.working = this.work(server).finally(() => server.close());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await within(STOP_MILLIS, 'sending the last letters', this.working).catch(() => undefined);
  }

  private async work(server: Transporter): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      let found = 0;
      try {
        const letters = await this.take();
        found = letters.length;
        await Promise.all(letters.map((letter) => this.bring(server, letter)));
      } catch (error) {
        this.failed(messageOf(error));
      }
      if (found < BATCH) await pause(LOOK_EVERY_MILLIS, signal);
    }
  }

  private async take(): Promise<DueLetter[]> {
    return this.source
      .query(
        `update mail_message set attempts = attempts + 1, next_try_at = clock_timestamp() + ${TAKEN}
         where id in (select id from mail_message where next_try_at <= clock_timestamp() order by next_try_at, id
                      limit $1 for update skip locked)
         returning id::text, recipient, subject, body, token_of as "tokenOf", attempts`,
        [BATCH],
      )
      .then(updatedRows<DueLetter>);
  }

  private async bring(server: Transporter, letter: DueLetter): Promise<void> {
    try {
      await server.sendMail({
        from: this.settings.PUMASI_MAIL_FROM,
        to: letter.recipient,
        subject: letter.subject,
        text: this.textOf(letter),
        // The same when it is sent again, so that the receiver's server can tell that it has it.
        messageId: `<letter-${letter.id}@pumasi>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      await this.source.query(
        'update mail_message set sent_at = app_now(), next_try_at = null, last_error = null where id = $1',
        [letter.id],
      );
      this.trouble = null;
    } catch (error) {
      const message = messageOf(error).slice(0, 300);
      this.failed(message);
      // 1, 2, 4, 8 .. minutes, then half a day
      await this.source.query(
        `update mail_message set last_error = $2,
           next_try_at = case when attempts < ${TRIES}
             then clock_timestamp() + least(interval '12 hours', interval '1 minute' * 2 ^ (attempts - 1)) end
         where id = $1`,
        [letter.id, message],
      );
    }
  }

  /** What only the recipient may know is told to the mail server alone: no table holds it, and nobody else is shown it. */
  private textOf({ body, tokenOf }: DueLetter): string {
    return tokenOf === null ? body : body.replaceAll('{token}', this.keys.tokenOf(tokenOf));
  }

  private failed(message: string): void {
    if (message !== this.trouble && !this.stopping.signal.aborted) this.log.warn(`letters wait: ${message}`);
    this.trouble = message;
  }
}
