import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Refusal, refuse } from '../kernel/refusal.js';
import type { SignIn } from './identity.dto.js';
import { isPassword } from './password.js';
import { type Me, PeopleQueries } from './people.queries.js';
import { SessionsService } from './sessions.service.js';

/** Failures are remembered this long. */
const WINDOW_MINUTES = 15;
/** So many failures for one email address from one network address, */
const PAIR_LIMIT = 10;
/** for one email address from anywhere (more, so that nobody can lock another out from one place), */
const EMAIL_LIMIT = 100;
/** and from one network address for whomever (an office shares one). */
const ADDRESS_LIMIT = 100;

export interface SignedIn {
  readonly token: string;
  readonly me: Me;
}

@Injectable()
export class SignInService {
  constructor(
    private readonly source: DataSource,
    private readonly sessions: SessionsService,
    private readonly people: PeopleQueries,
  ) {}

  /**
   * Begins a session for whoever knows the password.
   * @param address the caller's network address
   * @throws Refusal 'session.too-many-failures', 'session.wrong' (the same for an unknown address and a wrong
   *   password), 'session.not-your-organisation'
   */
  async signIn({ email, password, organisationId }: SignIn, address: string): Promise<SignedIn> {
    await this.sweep();
    const attempt = await this.attempt(email, address);
    const rows: { id: string; password_hash: string }[] = await this.source.query(
      'select id, password_hash from person where email = $1',
      [email],
    );
    const [person] = rows;
    if (!(await isPassword(password, person?.password_hash ?? null)) || !person) throw wrong();
    await this.source.query('delete from sign_in_failure where (email = $1 and address = $2) or id = $3', [
      email,
      address,
      attempt,
    ]);
    const memberships = await this.people.memberships(this.source.manager, person.id);
    const chosen = organisationId === undefined ? memberships[0] : memberships.find((m) => m.id === organisationId);
    if (!chosen) {
      throw refuse('session.not-your-organisation', 'You do not belong to this organisation.', { kind: 'forbidden' });
    }
    const me = await this.people.me(this.source.manager, person.id, chosen.id);
    return { token: await this.sessions.begin(person.id, chosen.id), me };
  }

  /**
   * Counts a failure until it proves to be none. Written first and counted then, so that attempts made at the same
   * moment see each other.
   * @returns the attempt's id
   * @throws Refusal 'session.too-many-failures'; the refused attempt itself is not counted
   */
  async attempt(email: string, address: string): Promise<bigint> {
    const written: { id: bigint }[] = await this.source.query(
      'insert into sign_in_failure (email, address) values ($1, $2) returning id',
      [email, address],
    );
    const id = written[0]?.id ?? 0n;
    const counts: { pair: number; email: number; address: number }[] = await this.source.query(
      `select count(*) filter (where email = $1 and address = $2)::int as pair,
              count(*) filter (where email = $1)::int as email,
              count(*) filter (where address = $2)::int as address
       from sign_in_failure
       where (email = $1 or address = $2) and at > clock_timestamp() - make_interval(mins => $3)`,
      [email, address, WINDOW_MINUTES],
    );
    const [count] = counts;
    if (!count || count.pair > PAIR_LIMIT || count.email > EMAIL_LIMIT || count.address > ADDRESS_LIMIT) {
      await this.succeeded(id);
      throw tooMany();
    }
    return id;
  }

  /** Takes back an attempt that proved to be none. */
  async succeeded(attempt: bigint): Promise<void> {
    await this.source.query('delete from sign_in_failure where id = $1', [attempt]);
  }

  /** Removes what nobody needs any more: three look-ups in an index when there is nothing. */
  private async sweep(): Promise<void> {
    await this.source.query('delete from session where expires_at < clock_timestamp()');
    await this.source.query('delete from invitation where expires_at < clock_timestamp()');
    await this.source.query('delete from sign_in_failure where at < clock_timestamp() - make_interval(mins => $1)', [
      WINDOW_MINUTES,
    ]);
  }
}

function wrong(): Refusal {
  return refuse('session.wrong', 'The email address or the password is wrong.', { kind: 'unauthenticated' });
}

function tooMany(): Refusal {
  return refuse(
    'session.too-many-failures',
    `Too many sign-ins have failed. Wait ${WINDOW_MINUTES} minutes, then try again.`,
    { kind: 'too-many' },
  );
}
