import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { Keys, randomToken, sha256 } from '../platform/keys/keys.js';
import type { AcceptInvitation, JoinedView } from './identity.dto.js';
import type { Organisation } from './organisations.queries.js';
import { hashPassword, isPassword } from './password.js';
import type { Person } from './people.queries.js';
import { PeopleService } from './people.service.js';
import { INVITATION_DAYS, notInvited, notThePassword, whyNotInvite } from './rules/invitation.js';
import { SignInService } from './sign-in.service.js';

/** Who is invited. */
export interface Invited {
  readonly email: string;
  readonly name: string;
}

/** An invitation as it is told once. */
export interface Invitation extends Invited {
  /** kept nowhere: whoever holds it can accept */
  readonly token: string;
  readonly expiresAt: Date;
}

@Injectable()
export class InvitationsService {
  constructor(
    private readonly source: DataSource,
    private readonly deeds: Deeds,
    private readonly people: PeopleService,
    private readonly signIns: SignInService,
    private readonly keys: Keys,
  ) {}

  /**
   * Invites the first person of a member organisation: a part of another room's deed, which knows whose member it is.
   * An earlier invitation ends. Whether the address has an account makes no difference here, and is not told.
   * @throws Refusal 'member.has-people'
   */
  async invite(deed: Deed, memberId: string, { email, name }: Invited): Promise<Invitation> {
    // Whoever invites or accepts at the same moment waits: the answer to "has it people?" must hold.
    await deed.tx.query('select 1 from organisation where id = $1 for no key update', [memberId]);
    const counted: { people: number }[] = await deed.tx.query(
      'select count(*)::int as people from membership where organisation_id = $1',
      [memberId],
    );
    unless(whyNotInvite(counted[0]?.people ?? 0));
    const token = randomToken();
    const written: { expiresAt: Date }[] = await deed.tx.query(
      `insert into invitation (organisation_id, token_hash, email, name, expires_at)
       values ($1, $2, $3, $4, date_trunc('milliseconds', clock_timestamp()) + make_interval(days => $5))
       on conflict (organisation_id) do update set token_hash = excluded.token_hash, email = excluded.email,
         name = excluded.name, expires_at = excluded.expires_at
       returning expires_at as "expiresAt"`,
      [memberId, sha256(token), email, name, INVITATION_DAYS],
    );
    const [row] = written;
    if (!row) throw new Error('the database kept no invitation');
    await deed.record({ type: 'organisation', id: memberId }, { invitedUntil: row.expiresAt });
    return { email, name, token, expiresAt: row.expiresAt };
  }

  /**
   * The invited person takes the account of its organisation: with a first password, or, where the address has an
   * account, with the password of that account, so that a token alone lets nobody into what is somebody else's.
   * Failures slow down as failed sign-ins do.
   * @param actor may be nobody in particular
   * @throws Refusal 'invitation.not-valid', 'invitation.password', 'session.too-many-failures'
   */
  async accept(actor: Actor, { token, password }: AcceptInvitation): Promise<JoinedView> {
    const tokenHash = sha256(token);
    const invited: { email: string }[] = await this.source.query('select email from invitation where token_hash = $1', [
      tokenHash,
    ]);
    const attempt = await this.signIns.attempt(invited[0]?.email ?? tokenHash, actor.address ?? '');
    const passwordHash = await hashPassword(password);
    const input = { tokenHash, password: this.keys.fingerprint(`${tokenHash}\n${password}`) };
    const joined = await this.deeds.run(actor, 'invitations.accept', input, async (deed) => {
      const organisation = await this.inviting(deed, tokenHash);
      const { email, name } = await this.used(deed, tokenHash);
      const known: (Person & { passwordHash: string })[] = await deed.tx.query(
        'select id, email, name, password_hash as "passwordHash" from person where email = $1',
        [email],
      );
      const [account] = known;
      if (account && !(await isPassword(password, account.passwordHash))) throw notThePassword();
      const person = account
        ? await this.people.enter(deed, organisation.id, account, ['owner'])
        : await this.people.create(deed, organisation.id, { email, name, passwordHash, roles: ['owner'] });
      await deed.record({ type: 'organisation', id: organisation.id }, { personId: person.id, roles: ['owner'] });
      return { organisation, person };
    });
    await this.signIns.succeeded(attempt);
    return joined;
  }

  /** The organisation that the token lets in to, its row locked. */
  private async inviting(deed: Deed, tokenHash: string): Promise<Organisation> {
    const rows: Organisation[] = await deed.tx.query(
      `select o.id, o.kind, o.name from invitation i join organisation o on o.id = i.organisation_id
       where i.token_hash = $1 for no key update of o`,
      [tokenHash],
    );
    if (!rows[0]) throw notInvited();
    return rows[0];
  }

  /** Whom the invitation is for; it is used up. Asked again behind the lock, for it may have been used or replaced. */
  private async used(deed: Deed, tokenHash: string): Promise<Invited> {
    const rows: Invited[] = await deed.tx.query(
      `with used as (
         delete from invitation where token_hash = $1 and expires_at > clock_timestamp() returning email, name
       ) select email, name from used`,
      [tokenHash],
    );
    if (!rows[0]) throw notInvited();
    return rows[0];
  }
}
