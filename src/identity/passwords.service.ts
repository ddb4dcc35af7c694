/** Choosing one's own password, and the way back in for an administrator who has lost it. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, systemActor } from '../kernel/actor.js';
import { notFound, refuse } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { Keys } from '../platform/keys/keys.js';
import { AttemptsService } from './attempts.service.js';
import type { ChangePassword } from './identity.dto.js';
import { areSamePassword, hashPassword, isPassword, madeUpPassword } from './password.js';
import { notAnother, notThePresent } from './rules/passwords.js';
import { SessionsService } from './sessions.service.js';

@Injectable()
export class PasswordsService {
  constructor(
    private readonly source: DataSource,
    private readonly deeds: Deeds,
    private readonly sessions: SessionsService,
    private readonly attempts: AttemptsService,
    private readonly keys: Keys,
  ) {}

  /**
   * Somebody who knows its present password chooses another. All its other sessions end.
   * @param token of the session that stays
   * @throws Refusal 'password.present', 'password.same', 'session.too-many-failures', 'system.busy'
   */
  async change(actor: Actor, token: string, { present, password }: ChangePassword): Promise<void> {
    if (areSamePassword(present, password)) throw notAnother();
    const personId = actor.personId ?? '';
    const rows: { email: string; hash: string }[] = await this.source.query(
      'select email, password_hash as hash from person where id = $1',
      [personId],
    );
    const [person] = rows;
    if (!person) throw notFound('person');
    await this.attempts.proving(person.email, actor.address ?? '', async () => {
      const right = await isPassword(present, person.hash);
      const hash = right ? await hashPassword(password) : null;
      const asked = { passwords: this.keys.fingerprint(`${personId}\n${present}\n${password}`) };
      await this.deeds.run(actor, 'password.change', asked, async (deed) => {
        if (hash === null || !(await this.write(deed, personId, { hash, was: person.hash }))) throw notThePresent();
        await this.sessions.endOthers(deed.tx, personId, token);
        await deed.record({ type: 'person', id: personId });
      });
    });
  }

  /**
   * Gives an administrator of an agency a temporary password, and ends its sessions: for who works on the machine.
   * @returns what to sign in with, told only now
   * @throws Refusal 'admin.unknown'
   */
  async resetAdmin(address: string): Promise<{ email: string; password: string }> {
    const email = address.trim().toLowerCase();
    const password = madeUpPassword();
    const hash = await hashPassword(password);
    return this.deeds.run(systemActor('pumasi admin'), 'password.reset', null, async (deed) => {
      const admins: { id: string }[] = await deed.tx.query(
        `select p.id from person p where p.email = $1
           and exists (select from membership m where m.person_id = p.id and m.role = 'admin')
         for no key update`,
        [email],
      );
      const [admin] = admins;
      if (!admin) throw refuse('admin.unknown', `${email} is not the address of an administrator of an agency.`);
      await deed.tx.query('update person set password_hash = $2, password_temporary = true where id = $1', [
        admin.id,
        hash,
      ]);
      await this.sessions.endAll(deed.tx, admin.id);
      await deed.record({ type: 'person', id: admin.id });
      return { email, password };
    });
  }

  /** @returns false when the password has become another one meanwhile */
  private async write(deed: Deed, personId: string, { hash, was }: { hash: string; was: string }): Promise<boolean> {
    const written: unknown[] = await deed.tx.query(
      `with written as (
         update person set password_hash = $2, password_temporary = false where id = $1 and password_hash = $3
         returning id
       ) select id from written`,
      [personId, hash, was],
    );
    return written.length > 0;
  }
}
