import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module.js';
import { LedgerController } from './ledger.controller.js';
import { LedgerQueries } from './ledger.queries.js';
import { LedgerService } from './ledger.service.js';

@Module({
  imports: [IdentityModule],
  controllers: [LedgerController],
  providers: [LedgerService, LedgerQueries],
  exports: [LedgerService, LedgerQueries],
})
export class LedgerModule {}
