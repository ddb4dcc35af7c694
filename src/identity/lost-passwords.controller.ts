import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { OpenToAll } from '../platform/http/request.js';
import { ChooseLostPassword, LosePassword } from './identity.dto.js';
import { LostPasswordsService } from './lost-passwords.service.js';
import { Visiting } from './visiting.js';

@Controller('api/v1/lost-passwords')
export class LostPasswordsController {
  constructor(private readonly lost: LostPasswordsService) {}

  /**
   * Says that one has lost one's password. If the address has an account, a letter goes there with a token that is good for
   * an hour; the answer is the same if it has none. Refused (409) where no mail server is set.
   */
  @OpenToAll()
  @HttpCode(204)
  @Post()
  async ask(@Visiting() actor: Actor, @Body() body: LosePassword): Promise<void> {
    await this.lost.ask(actor, body.email);
  }

  /** Chooses another password with the token of the letter, once. All sessions of the account end. */
  @OpenToAll()
  @HttpCode(204)
  @Post('choose')
  async choose(@Visiting() actor: Actor, @Body() body: ChooseLostPassword): Promise<void> {
    await this.lost.choose(actor, body);
  }
}
