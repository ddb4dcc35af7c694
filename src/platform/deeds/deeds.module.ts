import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Keys } from '../keys/keys.js';
import { Deeds } from './deeds.js';
import { declaredFacts, FACTS_TO_HEAR } from './facts.js';
import { Listeners } from './listeners.js';

@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [Deeds, Listeners, Keys, { provide: FACTS_TO_HEAR, useFactory: declaredFacts }],
  exports: [Deeds, Listeners, Keys],
})
export class DeedsModule {}
