import { Body, Controller, Post } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { OpenToAll } from '../platform/http/request.js';
import { AcceptInvitation, JoinedView } from './identity.dto.js';
import { InvitationsService } from './invitations.service.js';
import { Visiting } from './visiting.js';

@Controller('api/v1/invitations')
export class InvitationsController {
  constructor(private readonly invitations: InvitationsService) {}

  /**
   * Accepts an invitation: you become the first person of the organisation, and can sign in. The token is used up. Who
   * tries tokens or passwords out is slowed down like one who tries to sign in.
   */
  @OpenToAll()
  @Post('accept')
  async accept(@Visiting() actor: Actor, @Body() body: AcceptInvitation): Promise<JoinedView> {
    return this.invitations.accept(actor, body);
  }
}
