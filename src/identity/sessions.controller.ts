import { Body, Controller, Delete, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { Acting, type ActingRequest, May, OpenToAll, WithoutKey } from '../platform/http/request.js';
import { ChangePassword, MeView, SignIn } from './identity.dto.js';
import { PasswordsService } from './passwords.service.js';
import { PeopleQueries } from './people.queries.js';
import { SESSION_COOKIE } from './session-cookie.js';
import { SESSION_HOURS, SessionsService } from './sessions.service.js';
import { SignInService } from './sign-in.service.js';

const COOKIE = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const;

@Controller('api/v1')
export class SessionsController {
  constructor(
    private readonly source: DataSource,
    private readonly signIns: SignInService,
    private readonly sessions: SessionsService,
    private readonly people: PeopleQueries,
    private readonly passwords: PasswordsService,
  ) {}

  /** Signs in: sets the session's cookie for twelve hours, and ends the session one had before. */
  @OpenToAll()
  @WithoutKey()
  @Post('sessions')
  async signIn(
    @Req() request: ActingRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: SignIn,
  ): Promise<MeView> {
    const { token, me } = await this.signIns.signIn(body, request.ip);
    const before = request.cookies[SESSION_COOKIE];
    if (before !== undefined) await this.sessions.end(before);
    void reply.setCookie(SESSION_COOKIE, token, { ...COOKIE, maxAge: SESSION_HOURS * 3_600 });
    return me;
  }

  /** Signs out: the session ends here and in every other window. */
  @May('session.end')
  @HttpCode(204)
  @Delete('sessions/current')
  async signOut(@Req() request: ActingRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.sessions.end(request.cookies[SESSION_COOKIE] ?? '');
    void reply.clearCookie(SESSION_COOKIE, COOKIE);
  }

  /** Who one is, for which organisation one acts, and which deeds one's roles allow. */
  @May('session.read')
  @Get('me')
  async me(@Acting() actor: Actor): Promise<MeView> {
    return this.people.me(this.source.manager, actor.personId ?? '', actor.organisationId ?? '');
  }

  /** Chooses another password: all your sessions end but this one. A wrong present one counts as a failed sign-in. */
  @May('password.change')
  @HttpCode(204)
  @Put('me/password')
  async changePassword(
    @Req() request: ActingRequest,
    @Acting() actor: Actor,
    @Body() body: ChangePassword,
  ): Promise<void> {
    await this.passwords.change(actor, request.cookies[SESSION_COOKIE] ?? '', body);
  }
}
