/** The way back in for who has lost a password: whoever reads the letters of the account's address chooses another one. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { Settings } from '../platform/config/settings.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { Keys, sha256 } from '../platform/keys/keys.js';
import { Mail } from '../platform/mail/mail.js';
import { AttemptsService } from './attempts.service.js';
import type { ChooseLostPassword } from './identity.dto.js';
import { hashPassword } from './password.js';
import {
  chosenPasswordLetter,
  LOST_PASSWORD_MINUTES,
  lostPasswordLetter,
  noLetters,
  notLost,
} from './rules/passwords.js';
import { SessionsService } from './sessions.service.js';

interface Addressee {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

@Injectable()
export class LostPasswordsService {
  constructor(
    private readonly settings: Settings,
    private readonly source: DataSource,
    private readonly deeds: Deeds,
    private readonly mail: Mail,
    private readonly sessions: SessionsService,
    private readonly attempts: AttemptsService,
    private readonly keys: Keys,
  ) {}

  /**
   * Writes a letter with a token to the address, if it has an account; an earlier token is good no more. Whether it has one
   * is not told.
   * @throws Refusal 'password.no-letters', 'password.too-many-letters'
   */
  async ask(actor: Actor, email: string): Promise<void> {
    if (this.settings.PUMASI_SMTP_URL === undefined) throw noLetters();
    await this.attempts.losing(email, actor.address ?? '');
    await this.deeds.run(actor, 'password.lose', { email }, async (deed) => {
      const rows: Addressee[] = await deed.tx.query(
        'select id, email, name from person where email = $1 for no key update',
        [email],
      );
      const [person] = rows;
      if (person) await this.writeTo(deed, person);
    });
  }

  /**
   * Whoever holds the token chooses the account's password. Tokens that are tried out slow down as failed sign-ins do.
   * @throws Refusal 'password.token', 'session.too-many-failures', 'system.busy'
   */
  async choose(actor: Actor, { token, password }: ChooseLostPassword): Promise<void> {
    const tokenHash = sha256(token);
    await this.attempts.proving(tokenHash, actor.address ?? '', async () => {
      const open: unknown[] = await this.source.query(
        'select 1 from lost_password where token_hash = $1 and expires_at > clock_timestamp()',
        [tokenHash],
      );
      // Whoever makes tokens up costs no hash; the deed will refuse, or tell its answer again.
      const hash = open.length === 0 ? null : await hashPassword(password);
      const asked = { tokenHash, password: this.keys.fingerprint(`${tokenHash}\n${password}`) };
      await this.deeds.run(actor, 'password.choose', asked, async (deed) => {
        const person = hash === null ? null : await this.use(deed, tokenHash, hash);
        if (!person) throw notLost();
        await this.sessions.endAll(deed.tx, person.id);
        const about = `person ${person.id}`;
        await this.mail.send(deed.tx, [{ to: person.email, ...chosenPasswordLetter(person.name), about }]);
        await deed.record({ type: 'person', id: person.id });
      });
    });
  }

  private async writeTo(deed: Deed, { id: personId, email, name }: Addressee): Promise<void> {
    const id = randomUUID();
    const tokenOf = `lost password ${id}`;
    await deed.tx.query(
      `insert into lost_password (id, person_id, token_hash, expires_at)
       values ($1, $2, $3, clock_timestamp() + make_interval(mins => $4))
       on conflict (person_id) do update
         set id = excluded.id, token_hash = excluded.token_hash, expires_at = excluded.expires_at`,
      [id, personId, sha256(this.keys.tokenOf(tokenOf)), LOST_PASSWORD_MINUTES],
    );
    await this.mail.send(deed.tx, [{ to: email, ...lostPasswordLetter(name), about: `person ${personId}`, tokenOf }]);
    await deed.record({ type: 'person', id: personId });
  }

  /** Uses the token up, once however often it is sent at the same moment. */
  private async use(deed: Deed, tokenHash: string, hash: string): Promise<Addressee | null> {
    const rows: Addressee[] = await deed.tx.query(
      `with used as (
         delete from lost_password where token_hash = $1 and expires_at > clock_timestamp() returning person_id
       ), written as (
         update person set password_hash = $2, password_temporary = false
         from used where person.id = used.person_id returning person.id, person.email, person.name
       ) select id, email, name from written`,
      [tokenHash, hash],
    );
    return rows[0] ?? null;
  }
}
