/** The other end of an invitation: somebody accepts it. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor, Role } from '../kernel/actor.js';
import { unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { Keys, sha256 } from '../platform/keys/keys.js';
import { AttemptsService } from './attempts.service.js';
import type { AcceptInvitation, JoinedView } from './identity.dto.js';
import { hashPassword, isPassword } from './password.js';
import type { Person } from './people.queries.js';
import { type Account, PeopleService } from './people.service.js';
import { alreadyThere, notInvited, notThePassword, whyNotAccept } from './rules/invitation.js';
import { temporaryPassword } from './rules/passwords.js';
import type { Organisation } from './organisations.queries.js';

/** Whose account joins, as far as it can be told before the deed: hashing must hold no connection. */
type Acceptor =
  | { readonly who: 'signed-in'; readonly personId: string }
  | { readonly who: 'account'; readonly account: Account; readonly proven: boolean }
  | { readonly who: 'newcomer'; readonly email: string; readonly name?: string; readonly passwordHash: string }
  | { readonly who: 'nobody' };

interface Used {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

@Injectable()
export class JoiningService {
  constructor(
    private readonly source: DataSource,
    private readonly deeds: Deeds,
    private readonly people: PeopleService,
    private readonly attempts: AttemptsService,
    private readonly keys: Keys,
  ) {}

  /**
   * Somebody joins the organisation that the token is of: who is signed in with that account, or who gives an address
   * and a password with the account of that address, which is made unless there is one. To whom the invitation was
   * addressed makes no difference: that an address has an account does not say whose it is. Failures slow down as failed
   * sign-ins do.
   * @param actor may be nobody in particular
   * @throws Refusal 'invitation.whose-account', 'invitation.not-valid', 'invitation.password', 'password.temporary',
   *   'person.already-there', 'session.too-many-failures', 'system.busy'
   */
  async accept(actor: Actor, input: AcceptInvitation): Promise<JoinedView> {
    const { token, email, password, name } = input;
    unless(whyNotAccept(actor.personId !== null, input));
    const tokenHash = sha256(token);
    return this.attempts.proving(email ?? tokenHash, actor.address ?? '', async () => {
      const acceptor = await this.acceptor(actor, tokenHash, input);
      const secret = password === undefined ? null : this.keys.fingerprint(`${tokenHash}\n${password}`);
      const asked = { tokenHash, email: email ?? null, name: name ?? null, password: secret };
      return this.deeds.run(actor, 'invitations.accept', asked, async (deed) => {
        const organisation = await this.inviting(deed, tokenHash);
        const invitation = await this.use(deed, tokenHash);
        const person = await this.person(deed, acceptor, invitation);
        const roles = await this.people.join(deed, person.id, organisation.id, invitation.roles);
        if (roles.length === 0) throw alreadyThere(invitation.roles);
        await deed.record(
          { type: 'organisation', id: organisation.id },
          { invitationId: invitation.id, personId: person.id, roles },
        );
        return { organisation, person };
      });
    });
  }

  private async acceptor(
    actor: Actor,
    tokenHash: string,
    { email, password, name }: AcceptInvitation,
  ): Promise<Acceptor> {
    if (email === undefined || password === undefined) return { who: 'signed-in', personId: actor.personId ?? '' };
    const open: unknown[] = await this.source.query(
      'select 1 from invitation where token_hash = $1 and expires_at > clock_timestamp()',
      [tokenHash],
    );
    // Whoever makes tokens up costs no hash; the deed will say that nobody is invited, or tell its answer again.
    if (open.length === 0) return { who: 'nobody' };
    const account = await this.people.account(email);
    if (account) return { who: 'account', account, proven: await isPassword(password, account.passwordHash) };
    const passwordHash = await hashPassword(password);
    return { who: 'newcomer', email, passwordHash, ...(name === undefined ? {} : { name }) };
  }

  private async person(deed: Deed, acceptor: Acceptor, invitation: Used): Promise<Person> {
    switch (acceptor.who) {
      case 'signed-in':
        return this.people.known(deed, acceptor.personId);
      case 'newcomer': {
        const { email, name, passwordHash } = acceptor;
        return this.people.create(deed, { email, name: name ?? invitation.name, passwordHash });
      }
      case 'account': {
        const { account, proven } = acceptor;
        if (!proven || !(await this.people.hasStill(deed, account))) throw notThePassword();
        if (account.passwordTemporary) throw temporaryPassword();
        return { id: account.id, email: account.email, name: account.name };
      }
      case 'nobody':
        throw notInvited();
    }
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

  /** What the invitation says; it is used up. Asked again behind the lock, for it may have been used or replaced. */
  private async use(deed: Deed, tokenHash: string): Promise<Used> {
    const rows: Used[] = await deed.tx.query(
      `with used as (
         delete from invitation where token_hash = $1 and expires_at > clock_timestamp() returning id, name, roles
       ) select id, name, roles from used`,
      [tokenHash],
    );
    if (!rows[0]) throw notInvited();
    return rows[0];
  }
}
