import { Global, Module } from '@nestjs/common';
import { Mail } from './mail.js';
import { MailController } from './mail.controller.js';
import { Mailer } from './mailer.js';

@Global()
@Module({ controllers: [MailController], providers: [Mail, Mailer], exports: [Mail] })
export class MailModule {}
