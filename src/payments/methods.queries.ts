import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Page, pageOf, uuidCursor } from '../kernel/page.js';
import { namedRow } from '../platform/database/named-row.js';
import type { PageQuery } from '../platform/http/fields.js';
import type { PaymentMethodView } from './methods.dto.js';

const COLUMNS = 'id, kind, brand, last_four as "lastFour", state, confirmed_at as "confirmedAt"';

@Injectable()
export class MethodsQueries {
  /** A member's payment methods, the latest first. */
  async page(tx: EntityManager, memberId: string, { cursor, limit }: PageQuery): Promise<Page<PaymentMethodView>> {
    const own = 'payment_method where id = $1 and member_id = $2';
    const behind = await namedRow(tx, uuidCursor(cursor), own, [memberId]);
    const rows: PaymentMethodView[] = await tx.query(
      `select ${COLUMNS} from payment_method
       where member_id = $1
         and ($2::uuid is null or (confirmed_at, id) < (select confirmed_at, id from payment_method where id = $2))
       order by confirmed_at desc, id desc limit $3`,
      [memberId, behind, limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }

  /** A member's own method, or null. */
  async one(tx: EntityManager, memberId: string, id: string): Promise<PaymentMethodView | null> {
    const rows: PaymentMethodView[] = await tx.query(
      `select ${COLUMNS} from payment_method where member_id = $1 and id = $2`,
      [memberId, id],
    );
    return rows[0] ?? null;
  }

  /** What came of a SetupIntent, or null when nothing has yet. */
  async ofSetup(tx: EntityManager, setupId: string): Promise<PaymentMethodView | null> {
    const rows: PaymentMethodView[] = await tx.query(`select ${COLUMNS} from payment_method where setup_id = $1`, [
      setupId,
    ]);
    return rows[0] ?? null;
  }
}
