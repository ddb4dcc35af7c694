import { Controller, Get, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { pageOf, sequenceCursor } from '../../kernel/page.js';
import { AuditChainView, AuditEntryView, AuditPageView, AuditQuery } from './audit.dto.js';
import { May } from './request.js';

@Controller('api/v1/audit')
export class AuditController {
  constructor(private readonly source: DataSource) {}

  /** What was done to a subject, by whom, when and why, in order; and whether anyone has rewritten it. */
  @May('audit.read')
  @Get()
  async read(@Query() { subjectType, subjectId, cursor, limit }: AuditQuery): Promise<AuditPageView> {
    const rows: AuditEntryView[] = await this.source.query(
      `select sequence, at, deed, person_id as "personId", person_name as "personName",
              organisation_id as "organisationId", address, request_id as "requestId", facts, why, hash
       from audit_entry where subject_type = $1 and subject_id = $2 and sequence > $3 order by sequence limit $4`,
      [subjectType, subjectId, sequenceCursor(cursor), limit + 1],
    );
    const { items, next } = pageOf(rows, limit, (row) => String(row.sequence));
    return { items: [...items], next, chain: await this.chain(subjectType, subjectId) };
  }

  /** Reckons every hash of the chain again, whichever page is shown. */
  private async chain(subjectType: string, subjectId: string): Promise<AuditChainView> {
    const rows: { entries: number; brokenAt: number | null }[] = await this.source.query(
      `select count(*)::int as entries, min(sequence) filter (where not sound) as "brokenAt"
       from (
         select sequence,
                hash = audit_hash(e) and sequence = row_number() over chain
                and previous_hash = coalesce(lag(hash) over chain, '') as sound
         from audit_entry e where subject_type = $1 and subject_id = $2 window chain as (order by sequence)
       ) as links`,
      [subjectType, subjectId],
    );
    const { entries, brokenAt } = rows[0] ?? { entries: 0, brokenAt: null };
    return { verified: brokenAt === null, brokenAt, entries };
  }
}
