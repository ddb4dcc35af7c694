/** Reads of practice auctions, beside what every auction can be asked. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { pageOf, uuidCursor } from '../kernel/page.js';
import { namedRow } from '../platform/database/named-row.js';
import type { PageQuery } from '../platform/http/fields.js';
import { Frames } from './frames.js';
import type { PracticePage } from './practice.dto.js';
import type { AuctionState } from './rules/lifecycles.js';
import type { PracticeFormat } from './rules/practice.js';

interface PracticeRow {
  readonly auctionId: string;
  readonly tenderId: string;
  readonly state: AuctionState;
  readonly format: PracticeFormat;
  readonly bidders: number;
  readonly durationSeconds: number;
  readonly madeAt: Date;
}

@Injectable()
export class PracticeQueries {
  constructor(private readonly frames: Frames) {}

  /** Those of the actor's own organisation, the latest first. @throws Refusal 'tender.not-found' */
  async own(tx: EntityManager, actor: Actor, tenderId: string, { cursor, limit }: PageQuery): Promise<PracticePage> {
    await this.frames.of(tx, tenderId);
    const own = 'auction where id = $1 and tender_id = $2 and practice_for = $3';
    const behind = await namedRow(tx, uuidCursor(cursor), own, [tenderId, actor.organisationId]);
    const rows: PracticeRow[] = await tx.query(
      `select a.id as "auctionId", a.tender_id as "tenderId", a.state, p.format, p.bidders,
              p.duration_seconds as "durationSeconds", a.opened_at as "madeAt"
       from auction a join practice p on p.id = a.id
       where a.tender_id = $1 and a.practice_for = $2
         and ($3::uuid is null or (a.opened_at, a.id) < (select c.opened_at, c.id from auction c where c.id = $3))
       order by a.opened_at desc, a.id desc limit $4`,
      [tenderId, actor.organisationId, behind, limit + 1],
    );
    const { items, next } = pageOf(rows, limit, (row) => row.auctionId);
    return { items: items.map((row) => ({ ...row, madeAt: row.madeAt.toISOString() })), next };
  }
}
