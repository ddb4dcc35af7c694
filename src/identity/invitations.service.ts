/** How people come into an organisation: by a token that is handed to them, and with an account of their own. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Actor, Role } from '../kernel/actor.js';
import { notFound, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { Keys, sha256 } from '../platform/keys/keys.js';
import type { InvitePerson } from './identity.dto.js';
import type { Invited } from './invitations.queries.js';
import { OrganisationsQueries } from './organisations.queries.js';
import { INVITATION_DAYS, whyNotInvite } from './rules/invitation.js';
import { mayNot } from './rules/permissions.js';
import { LETTING_IN, whyNotRoles } from './rules/roles.js';

/** Who is invited as what. */
export interface Invitee {
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

/** An invitation as whoever made it hands it over. */
export interface Invitation extends Invited {
  /** kept nowhere: whoever holds it can accept */
  readonly token: string;
}

@Injectable()
export class InvitationsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly organisations: OrganisationsQueries,
    private readonly keys: Keys,
  ) {}

  /**
   * Invites a person into the actor's own organisation. An earlier invitation of the same address ends.
   * Whether the address has an account makes no difference here, and is not told.
   * @throws Refusal 'roles.not-of-kind'
   */
  async inviteColleague(actor: Actor, input: InvitePerson): Promise<Invitation> {
    const organisationId = actor.organisationId ?? '';
    const invited = await this.deeds.run(actor, 'people.invite', input, async (deed) => {
      const organisation = await this.organisations.one(deed.tx, organisationId);
      if (!organisation) throw notFound('organisation');
      unless(whyNotRoles(organisation.kind, input.roles));
      await this.organisations.hold(deed.tx, organisationId);
      return this.write(deed, organisationId, input);
    });
    return this.withToken(invited);
  }

  /**
   * The agency invites the first person of an organisation that it admitted, when nobody accepted before.
   * @throws Refusal 'organisation.not-found', 'roles.not-of-kind', 'organisation.has-people'
   */
  async inviteAdmitted(actor: Actor, organisationId: string, input: InvitePerson): Promise<Invitation> {
    const asked = { organisationId, invitee: input };
    const invited = await this.deeds.run(actor, 'organisations.invite', asked, async (deed) => {
      const organisation = await this.organisations.one(deed.tx, organisationId);
      // A member is no guest of the agency: it registers itself, or its association brings it.
      if (!organisation || organisation.kind === 'member') throw notFound('organisation');
      unless(whyNotRoles(organisation.kind, input.roles));
      return this.inviteFirst(deed, organisationId, input);
    });
    return this.withToken(invited);
  }

  /**
   * Invites the first person of an organisation without people: a part of a deed that knows whose organisation it is.
   * Earlier invitations end. `withToken` makes of the answer what is handed over.
   * @throws Refusal 'organisation.has-people'
   */
  async inviteFirst(deed: Deed, organisationId: string, invitee: Invitee): Promise<Invited> {
    // Whoever invites or accepts at the same moment waits: the answer to "has it people?" must hold.
    await this.organisations.hold(deed.tx, organisationId);
    const counted: { people: number }[] = await deed.tx.query(
      'select count(*)::int as people from membership where organisation_id = $1',
      [organisationId],
    );
    unless(whyNotInvite(counted[0]?.people ?? 0));
    await deed.tx.query('delete from invitation where organisation_id = $1', [organisationId]);
    return this.write(deed, organisationId, invitee);
  }

  /**
   * The invitation with its token: told outside the deed, whose answer is kept with its key, so that a repeated command
   * hears it again though it is kept nowhere.
   */
  withToken(invited: Invited): Invitation {
    return { ...invited, token: this.tokenOf(invited.id) };
  }

  /** Takes back an invitation of the actor's own organisation. @throws Refusal 'invitation.not-found' */
  async end(actor: Actor, id: string): Promise<void> {
    await this.deeds.run(actor, 'people.end-invitation', { id }, async (deed) => {
      const organisationId = actor.organisationId ?? '';
      const ended: { email: string }[] = await deed.tx.query(
        `with ended as (
           delete from invitation where id = $1 and organisation_id = $2 and expires_at > clock_timestamp() returning email
         ) select email from ended`,
        [id, organisationId],
      );
      const [invitation] = ended;
      if (!invitation) throw notFound('invitation');
      await deed.record({ type: 'organisation', id: organisationId }, { invitationId: id, email: invitation.email });
    });
  }

  private async write(deed: Deed, organisationId: string, { email, name, roles }: Invitee): Promise<Invited> {
    await refuseWhoHasLeft(deed);
    const id = randomUUID();
    const written: { expiresAt: Date }[] = await deed.tx.query(
      `insert into invitation (id, organisation_id, token_hash, email, name, roles, invited_by, invited_for, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8,
               date_trunc('milliseconds', clock_timestamp()) + make_interval(days => $9))
       on conflict (organisation_id, email) do update set id = excluded.id, token_hash = excluded.token_hash,
         name = excluded.name, roles = excluded.roles, invited_by = excluded.invited_by,
         invited_for = excluded.invited_for, expires_at = excluded.expires_at
       returning expires_at as "expiresAt"`,
      [
        id,
        organisationId,
        sha256(this.tokenOf(id)),
        email,
        name,
        roles,
        deed.actor.personId,
        deed.actor.organisationId,
        INVITATION_DAYS,
      ],
    );
    const [row] = written;
    if (!row) throw new Error('the database kept no invitation');
    const { expiresAt } = row;
    await deed.record(
      { type: 'organisation', id: organisationId },
      { invitationId: id, email, roles, invitedUntil: expiresAt },
    );
    return { id, email, name, roles: [...roles], expiresAt };
  }

  private tokenOf(id: string): string {
    return this.keys.tokenOf(`invitation ${id}`);
  }
}

/**
 * Whoever loses the role that lets people in loses the invitations it made, and makes none after that: its role was
 * looked at before the deed, and is held from here on.
 */
async function refuseWhoHasLeft({ tx, actor }: Deed): Promise<void> {
  const roles: unknown[] = await tx.query(
    'select 1 from membership where person_id = $1 and organisation_id = $2 and role = any($3::text[]) for share',
    [actor.personId, actor.organisationId, LETTING_IN],
  );
  if (roles.length === 0) throw mayNot();
}
