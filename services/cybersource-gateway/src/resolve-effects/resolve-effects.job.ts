import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Effects } from '@sluice/effects';
import { Jobs } from '@sluice/service-host';
import { CybersourceGatewaySettings } from '../config.ts';

const effectsPerRunMax = 50;

/**
 * Ends what a call or a crash left open: sends what is still planned, and looks up what has no
 * known outcome once its quiet period is over.
 */
@Injectable()
export class ResolveEffectsJob implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly effects: Effects,
    private readonly settings: CybersourceGatewaySettings,
  ) {}

  onModuleInit(): void {
    const wake = this.jobs.every({
      name: 'resolve-effects',
      intervalMs: this.settings.effectResolvePollMs,
      run: async () => void (await this.effects.resolveDue(effectsPerRunMax)),
      isIdle: async () => !(await this.effects.hasOpen()),
    });
    this.effects.onWork(wake);
  }
}
