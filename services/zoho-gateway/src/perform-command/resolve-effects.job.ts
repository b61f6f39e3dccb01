import { Injectable } from '@nestjs/common';
import { Jobs } from '@sluice/service-host';
import { CommandEffects } from './command-effects.ts';

const intervalMs = 1000;
const effectsPerRunMax = 20;

/** Looks after effects whose performer has crashed or whose outcome is unknown. */
@Injectable()
export class ResolveEffectsJob {
  constructor(jobs: Jobs, commands: CommandEffects) {
    jobs.every({
      name: 'resolve-effects',
      intervalMs,
      run: async () => void (await commands.resolveDue(effectsPerRunMax)),
    });
  }
}
