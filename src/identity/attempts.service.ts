/** Slows down whoever tries out passwords, tokens or addresses, registers without end, or has letters sent. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Refusal, refuse } from '../kernel/refusal.js';

/** Attempts are remembered this long. */
const WINDOW_MINUTES = 15;
/** So many failures for one email address from one network address, */
const PAIR_LIMIT = 10;
/** for one email address from anywhere (more, so that nobody can lock another out from one place), */
const EMAIL_LIMIT = 100;
/** and from one network address for whomever (an office shares one). */
const ADDRESS_LIMIT = 100;
/** So many registrations from one network address, whether they succeed or not: each costs a hash. */
const REGISTRATION_LIMIT = 30;
/** So many letters about a lost password for one email address, so that nobody's mailbox is filled, */
const LETTER_LIMIT = 3;
/** and so many asked for from one network address. */
const ASKING_LIMIT = 30;

@Injectable()
export class AttemptsService {
  constructor(private readonly source: DataSource) {}

  /**
   * Does work that proves who somebody is. It counts as a failed sign-in until it has succeeded.
   * @throws Refusal whatever `work` refuses, 'session.too-many-failures'
   */
  async proving<T>(email: string, address: string, work: () => Promise<T>): Promise<T> {
    const attempt = await this.failed(email, address);
    try {
      const proven = await work();
      await this.takeBack(attempt);
      return proven;
    } catch (error) {
      // Whoever was not even looked at has not failed.
      if (error instanceof Refusal && error.kind === 'unavailable') await this.takeBack(attempt);
      throw error;
    }
  }

  /**
   * Counts a failure. Written first and counted then, so that attempts made at the same moment see each other.
   * @returns the attempt's id
   * @throws Refusal 'session.too-many-failures'; the refused attempt itself is not counted
   */
  async failed(email: string, address: string): Promise<bigint> {
    const attempt = await this.write('sign-in', email, address);
    const counts: { pair: number; email: number; address: number }[] = await this.source.query(
      `select count(*) filter (where email = $1 and address = $2)::int as pair,
              count(*) filter (where email = $1)::int as email,
              count(*) filter (where address = $2)::int as address
       from attempt where kind = 'sign-in' and (email = $1 or address = $2)
         and at > clock_timestamp() - make_interval(mins => $3)`,
      [email, address, WINDOW_MINUTES],
    );
    const [count] = counts;
    if (count && count.pair <= PAIR_LIMIT && count.email <= EMAIL_LIMIT && count.address <= ADDRESS_LIMIT) {
      return attempt;
    }
    await this.takeBack(attempt);
    throw tooMany('session.too-many-failures', 'Too many sign-ins have failed.');
  }

  /** Counts a registration. @throws Refusal 'organisation.too-many-registrations'; that one itself is not counted */
  async registering(address: string): Promise<void> {
    const attempt = await this.write('registration', null, address);
    const counts: { registrations: number }[] = await this.source.query(
      `select count(*)::int as registrations from attempt
       where kind = 'registration' and address = $1 and at > clock_timestamp() - make_interval(mins => $2)`,
      [address, WINDOW_MINUTES],
    );
    if ((counts[0]?.registrations ?? 0) <= REGISTRATION_LIMIT) return;
    await this.takeBack(attempt);
    throw tooMany('organisation.too-many-registrations', 'Too many businesses were registered from your network.');
  }

  /**
   * Counts somebody who has lost a password, whether the address has an account or not.
   * @throws Refusal 'password.too-many-letters'; that one itself is not counted
   */
  async losing(email: string, address: string): Promise<void> {
    const attempt = await this.write('lost-password', email, address);
    const counts: { email: number; address: number }[] = await this.source.query(
      `select count(*) filter (where email = $1)::int as email, count(*) filter (where address = $2)::int as address
       from attempt where kind = 'lost-password' and (email = $1 or address = $2)
         and at > clock_timestamp() - make_interval(mins => $3)`,
      [email, address, WINDOW_MINUTES],
    );
    const [count] = counts;
    if (count && count.email <= LETTER_LIMIT && count.address <= ASKING_LIMIT) return;
    await this.takeBack(attempt);
    throw tooMany('password.too-many-letters', 'This was asked for very often.');
  }

  /** Forgets earlier failures for an email address from a network address. */
  async forget(email: string, address: string): Promise<void> {
    await this.source.query(`delete from attempt where kind = 'sign-in' and email = $1 and address = $2`, [
      email,
      address,
    ]);
  }

  /** Removes what nobody needs any more: a look-up in an index when there is nothing. */
  async sweep(): Promise<void> {
    await this.source.query('delete from attempt where at < clock_timestamp() - make_interval(mins => $1)', [
      WINDOW_MINUTES,
    ]);
  }

  private async write(
    kind: 'sign-in' | 'registration' | 'lost-password',
    email: string | null,
    address: string,
  ): Promise<bigint> {
    const written: { id: bigint }[] = await this.source.query(
      'insert into attempt (kind, email, address) values ($1, $2, $3) returning id',
      [kind, email, address],
    );
    return written[0]?.id ?? 0n;
  }

  private async takeBack(attempt: bigint): Promise<void> {
    await this.source.query('delete from attempt where id = $1', [attempt]);
  }
}

function tooMany(code: string, what: string): Refusal {
  return refuse(code, `${what} Wait ${WINDOW_MINUTES} minutes, then try again.`, { kind: 'too-many' });
}
