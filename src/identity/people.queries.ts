import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Role } from '../kernel/actor.js';
import { type Page, pageOf, uuidCursor } from '../kernel/page.js';
import { namedRow } from '../platform/database/named-row.js';
import { notFound } from '../kernel/refusal.js';
import type { Organisation } from './organisations.queries.js';
import { type DeedName, may, PERMISSIONS, withTemporaryPassword } from './rules/permissions.js';

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

export interface Colleague extends Person {
  readonly roles: Role[];
}

export interface Me {
  readonly person: Person;
  readonly organisation: Organisation;
  readonly roles: Role[];
  readonly passwordTemporary: boolean;
  readonly deeds: DeedName[];
  readonly organisations: Organisation[];
}

interface MembershipRow extends Organisation {
  readonly roles: Role[];
}

@Injectable()
export class PeopleQueries {
  /** The organisations a person belongs to with its roles there, in the order it joined them. */
  async memberships(tx: EntityManager, personId: string): Promise<MembershipRow[]> {
    return tx.query(
      `select o.id, o.kind, o.name, array_agg(m.role order by m.role) as roles
       from membership m join organisation o on o.id = m.organisation_id
       where m.person_id = $1 group by o.id order by min(m.since), o.id`,
      [personId],
    );
  }

  /** Who a person is while it acts for an organisation. @throws Refusal 'person.not-found' */
  async me(tx: EntityManager, personId: string, organisationId: string): Promise<Me> {
    const people: (Person & { passwordTemporary: boolean })[] = await tx.query(
      'select id, email, name, password_temporary as "passwordTemporary" from person where id = $1',
      [personId],
    );
    const memberships = await this.memberships(tx, personId);
    const own = memberships.find((membership) => membership.id === organisationId);
    const [found] = people;
    if (!found || !own) throw notFound('person');
    const { passwordTemporary, ...person } = found;
    return {
      person,
      passwordTemporary,
      organisation: organisationOf(own),
      roles: own.roles,
      deeds: (Object.keys(PERMISSIONS) as DeedName[]).filter(
        (deed) => may(own.roles, deed) && (!passwordTemporary || withTemporaryPassword(deed)),
      ),
      organisations: memberships.filter((membership) => membership !== own).map(organisationOf),
    };
  }

  /** A page of an organisation's people by name. @param cursor the id of the last one seen */
  async page(
    tx: EntityManager,
    organisationId: string,
    { cursor, limit }: { cursor?: string; limit: number },
  ): Promise<Page<Colleague>> {
    const colleague = 'membership where person_id = $1 and organisation_id = $2';
    const behind = await namedRow(tx, uuidCursor(cursor), colleague, [organisationId]);
    const rows: Colleague[] = await tx.query(
      `select p.id, p.email, p.name, array_agg(m.role order by m.role) as roles
       from membership m join person p on p.id = m.person_id
       where m.organisation_id = $1
         and ($2::uuid is null or (p.name, p.id) > (
           select l.name, l.id from person l join membership lm on lm.person_id = l.id
           where l.id = $2 and lm.organisation_id = $1 limit 1))
       group by p.id order by p.name, p.id limit $3`,
      [organisationId, behind, limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }
}

function organisationOf({ id, kind, name }: MembershipRow): Organisation {
  return { id, kind, name };
}
