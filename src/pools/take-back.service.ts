/** An association takes back members that it brought by mistake. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { notFound, unless } from '../kernel/refusal.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { joinablePool } from './joinable-pool.js';
import type { TakenBack } from './pledges.dto.js';
import { type Standing, whyNotTakeBack } from './rules/taking-back.js';

interface BroughtPledge {
  readonly id: string;
  readonly reference: string;
  readonly byMember: boolean;
}

@Injectable()
export class TakeBackService {
  constructor(private readonly deeds: Deeds) {}

  /**
   * Removes the pledges of these businesses of the association's list, all or none; those without a pledge are passed
   * over. It leaves no trace but in the audit log: the association's next file may bring them again.
   * @throws Refusal 'take-back.invalid', 'pool.not-found', 'pool.not-open', 'pool.joining-ended'
   */
  takeBack(actor: Actor, poolId: string, references: readonly string[]): Promise<TakenBack> {
    const associationId = actor.organisationId;
    if (associationId === null) throw notFound('pool');
    return this.deeds.run(actor, 'pools.take-back', { poolId, references }, async (deed) => {
      await joinablePool(deed, poolId);
      const pledges = await held(deed.tx, poolId, associationId, references);
      const standings = await standingsOf(deed.tx, associationId, references, pledges);
      unless(whyNotTakeBack(references, standings));
      if (pledges.length > 0) {
        await deed.tx.query('delete from pledge where id = any($1::uuid[])', [pledges.map(({ id }) => id)]);
        const takenBack = pledges.map(({ reference }) => reference).toSorted();
        await deed.record({ type: 'pool-import', id: `${poolId}/${associationId}` }, { takenBack });
      }
      return { takenBack: pledges.length, absent: references.length - pledges.length };
    });
  }
}

/** The pledges of these businesses, kept from their members and from imports until the deed ends. */
async function held(
  tx: EntityManager,
  poolId: string,
  associationId: string,
  references: readonly string[],
): Promise<BroughtPledge[]> {
  return tx.query(
    `select p.id, m.reference, p.by_member as "byMember" from association_member m
     join site s on s.member_id = m.member_id and s.reference = m.reference
     join pledge p on p.pool_id = $1 and p.site_id = s.id
     where m.association_id = $2 and m.reference = any($3::text[])
     order by p.id for update of p`,
    [poolId, associationId, references],
  );
}

async function standingsOf(
  tx: EntityManager,
  associationId: string,
  references: readonly string[],
  pledges: readonly BroughtPledge[],
): Promise<Map<string, Standing>> {
  const listed: { reference: string }[] = await tx.query(
    'select reference from association_member where association_id = $1 and reference = any($2::text[])',
    [associationId, references],
  );
  return new Map<string, Standing>([
    ...listed.map(({ reference }) => [reference, 'absent'] as const),
    ...pledges.map(({ reference, byMember }) => [reference, byMember ? 'members-own' : 'brought'] as const),
  ]);
}
