import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { refuse } from '../kernel/refusal.js';
import { AttemptsService } from './attempts.service.js';
import type { SignIn } from './identity.dto.js';
import { isPassword } from './password.js';
import { type Me, PeopleQueries } from './people.queries.js';
import { PeopleService } from './people.service.js';
import { notSignedIn } from './rules/passwords.js';
import { SessionsService } from './sessions.service.js';

export interface SignedIn {
  readonly token: string;
  readonly me: Me;
}

@Injectable()
export class SignInService {
  constructor(
    private readonly source: DataSource,
    private readonly sessions: SessionsService,
    private readonly accounts: PeopleService,
    private readonly people: PeopleQueries,
    private readonly attempts: AttemptsService,
  ) {}

  /**
   * Begins a session for whoever knows the password.
   * @param address the caller's network address
   * @throws Refusal 'session.too-many-failures', 'session.wrong' (the same for an unknown address and a wrong
   *   password), 'session.not-your-organisation', 'system.busy'
   */
  async signIn({ email, password, organisationId }: SignIn, address: string): Promise<SignedIn> {
    await this.sweep();
    const person = await this.attempts.proving(email, address, async () => {
      const account = await this.accounts.account(email);
      if (!(await isPassword(password, account?.passwordHash ?? null)) || !account) throw notSignedIn();
      return account;
    });
    await this.attempts.forget(email, address);
    const memberships = await this.people.memberships(this.source.manager, person.id);
    const chosen = organisationId === undefined ? memberships[0] : memberships.find((m) => m.id === organisationId);
    if (!chosen) {
      throw refuse('session.not-your-organisation', 'You do not belong to this organisation.', { kind: 'forbidden' });
    }
    const me = await this.people.me(this.source.manager, person.id, chosen.id);
    return { token: await this.sessions.begin(person.id, chosen.id, person.passwordHash), me };
  }

  /** Removes what nobody needs any more: four look-ups in an index when there is nothing. */
  private async sweep(): Promise<void> {
    await this.source.query('delete from session where expires_at < clock_timestamp()');
    await this.source.query('delete from invitation where expires_at < clock_timestamp()');
    await this.source.query('delete from lost_password where expires_at < clock_timestamp()');
    await this.attempts.sweep();
  }
}
