import { Controller, Get, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { ActorGuard } from '../../src/identity/actor.guard.js';
import { SessionsService } from '../../src/identity/sessions.service.js';
import { May, OpenToAll } from '../../src/platform/http/request.js';

@Controller()
class Silent {
  @Get('silent')
  read(): string {
    return 'anything';
  }
}

@Controller()
class Misspelt {
  @May('pools.opne')
  @Get('misspelt')
  read(): string {
    return 'anything';
  }
}

@Controller()
class Sound {
  @May('pools.open')
  @Get('one')
  read(): string {
    return 'anything';
  }

  @OpenToAll()
  @Get('two')
  readToo(): string {
    return this.notARoute();
  }

  notARoute(): string {
    return 'anything';
  }
}

async function boot(controller: Type): Promise<void> {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule],
    controllers: [controller],
    providers: [ActorGuard, { provide: SessionsService, useValue: {} }],
  }).compile();
  await module.init();
  await module.close();
}

describe('the guard at start', () => {
  it('lets routes be that say who may', async () => {
    await expect(boot(Sound)).resolves.toBeUndefined();
  });

  it.each([
    [Silent, 'Silent.read'],
    [Misspelt, 'Misspelt.read'],
  ])('stops a system with %p', async (controller, place) => {
    await expect(boot(controller)).rejects.toThrow(`${place}: say @May(<a deed of permissions.ts>) or @OpenToAll()`);
  });
});
