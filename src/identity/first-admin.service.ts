import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isEmail } from 'class-validator';
import { systemActor } from '../kernel/actor.js';
import { invalid, unless } from '../kernel/refusal.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { OrganisationsService } from './organisations.service.js';
import { hashPassword } from './password.js';
import { whyNotPassword } from './rules/roles.js';

const EMAIL = 'admin@agency.example';

@Injectable()
export class FirstAdminService {
  constructor(
    private readonly deeds: Deeds,
    private readonly organisations: OrganisationsService,
  ) {}

  /**
   * Makes the agency and its admin when there is no agency yet; processes that start at once make one.
   * @param given the admin's address and password; else both are made up
   * @returns what to sign in with, told only now; null when an agency is there already
   * @throws Refusal 'person.email', 'password.length', 'person.email-taken'
   */
  async ensure(given?: { email: string; password?: string }): Promise<{ email: string; password: string } | null> {
    const email = (given?.email ?? EMAIL).trim().toLowerCase();
    const password = given?.password ?? randomBytes(15).toString('base64url');
    if (!isEmail(email)) {
      throw invalid('person.email', `${email} is not an email address.`, [
        { path: 'email', reason: 'must be an email address' },
      ]);
    }
    unless(whyNotPassword(password));
    return this.deeds.run(systemActor('first-admin'), 'organisations.found-agency', null, async (deed) => {
      await deed.tx.query(`select pg_advisory_xact_lock(hashtext('pumasi: the first admin'))`);
      const agencies: unknown[] = await deed.tx.query(`select 1 from organisation where kind = 'agency' limit 1`);
      if (agencies.length > 0) return null;
      await this.organisations.found(deed, {
        kind: 'agency',
        name: 'Agency',
        registrationNumber: null,
        person: { email, name: 'First admin', passwordHash: await hashPassword(password) },
        roles: ['admin'],
      });
      return { email, password };
    });
  }
}
