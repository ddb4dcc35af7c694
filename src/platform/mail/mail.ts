/** Letters: written in the transaction of the deed that they tell of, so that they exist if and only if it happened. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface Letter {
  /** an email address */
  readonly to: string;
  readonly subject: string;
  /** plain text; may have {token} in it */
  readonly text: string;
  /** what it tells of, such as "invoice <id>" */
  readonly about: string;
  /** what the token belongs to that is told for {token} (see Keys.tokenOf), to the recipient alone */
  readonly tokenOf?: string;
}

const SUBJECT_LENGTH = 200;

@Injectable()
export class Mail {
  /** Writes letters, any number at once; they are sent after the transaction. */
  async send(tx: EntityManager, letters: readonly Letter[]): Promise<void> {
    if (letters.length === 0) return;
    await tx.query(
      `insert into mail_message (recipient, subject, body, about, token_of)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])`,
      [
        letters.map(({ to }) => to),
        letters.map(({ subject }) => subject.slice(0, SUBJECT_LENGTH)),
        letters.map(({ text }) => text),
        letters.map(({ about }) => about),
        letters.map(({ tokenOf }) => tokenOf ?? null),
      ],
    );
  }
}
