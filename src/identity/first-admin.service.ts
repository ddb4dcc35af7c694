import { Injectable } from '@nestjs/common';
import { isEmail } from 'class-validator';
import { systemActor } from '../kernel/actor.js';
import { invalid, unless } from '../kernel/refusal.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { OrganisationsService } from './organisations.service.js';
import { hashPassword, madeUpPassword } from './password.js';
import { whyNotPassword } from './rules/passwords.js';

const EMAIL = 'admin@agency.example';

/** Tells a made-up password to whoever runs the process. */
export function howToSignIn({ email, password }: { email: string; password: string }): string {
  return (
    `Sign in as ${email} with the password ${password}; it is not shown again. ` +
    'Choose your own first (PUT /api/v1/me/password): until then you can do nothing else.'
  );
}

@Injectable()
export class FirstAdminService {
  constructor(
    private readonly deeds: Deeds,
    private readonly organisations: OrganisationsService,
  ) {}

  /**
   * Makes the agency and its admin when there is no agency yet; processes that start at once make one.
   * @param given the admin's address and password; else both are made up, and such a password is temporary: it is seen
   *   by whoever sees what the process prints
   * @returns what to sign in with, told only now; null when an agency is there already
   * @throws Refusal 'person.email', 'password.length', 'person.email-taken'
   */
  async ensure(given?: { email: string; password?: string }): Promise<{ email: string; password: string } | null> {
    const email = (given?.email ?? EMAIL).trim().toLowerCase();
    const password = given?.password ?? madeUpPassword();
    if (!isEmail(email)) {
      throw invalid('person.email', `${email} is not an email address.`, [
        { path: 'email', reason: 'must be an email address' },
      ]);
    }
    unless(whyNotPassword(password));
    const passwordHash = await hashPassword(password);
    return this.deeds.run(systemActor('first-admin'), 'organisations.found-agency', null, async (deed) => {
      await deed.tx.query(`select pg_advisory_xact_lock(hashtext('pumasi: the first admin'))`);
      const agencies: unknown[] = await deed.tx.query(`select 1 from organisation where kind = 'agency' limit 1`);
      if (agencies.length > 0) return null;
      await this.organisations.found(deed, {
        kind: 'agency',
        name: 'Agency',
        registrationNumber: null,
        person: { email, name: 'First admin', passwordHash, passwordTemporary: given?.password === undefined },
        roles: ['admin'],
      });
      return { email, password };
    });
  }
}
