import { Controller, Get, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { pageOf, sequenceCursor } from '../../kernel/page.js';
import { May } from '../http/request.js';
import { LetterPage, LettersQuery, type LetterView } from './mail.dto.js';

/** Beyond every letter. */
const LAST = '9223372036854775807';

@Controller('api/v1/mail')
export class MailController {
  constructor(private readonly source: DataSource) {}

  /** Letters to people, newest first: sent by the mail server, or, where none is set, waiting to be handed over. */
  @May('mail.read')
  @Get()
  async list(@Query() { state, recipient, cursor, limit }: LettersQuery): Promise<LetterPage> {
    const rows: LetterView[] = await this.source.query(
      `select * from (
         select id::text, recipient, subject, body as text, about,
           case when sent_at is not null then 'sent' when next_try_at is null then 'given-up' else 'waiting' end as state,
           attempts, last_error as "lastError", written_at as "writtenAt", sent_at as "sentAt"
         from mail_message where id < $1 and ($2::text is null or recipient = lower($2))
       ) letter where $3::text is null or state = $3 order by id::bigint desc limit $4`,
      [cursor === undefined ? LAST : sequenceCursor(cursor), recipient ?? null, state ?? null, limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }
}
