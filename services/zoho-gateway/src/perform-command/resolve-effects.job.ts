import { Injectable } from '@nestjs/common';
import { CommandEffects } from '@sluice/commands';
import { Jobs } from '@sluice/service-host';

const intervalMs = 1000;
const effectsPerRunMax = 20;

/** Looks after effects whose performer has crashed or whose outcome is unknown. */
@Injectable()
export class ResolveEffectsJob {
  constructor(jobs: Jobs, commands: CommandEffects) {
    const wake = jobs.every({
      name: 'resolve-effects',
      intervalMs,
      run: async () => void (await commands.resolveDue(effectsPerRunMax)),
      isIdle: async () => !(await commands.hasOpen()),
    });
    commands.onWork(wake);
  }
}
