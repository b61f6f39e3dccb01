import { OpsGuard } from '@sluice/service-host';
import { describe, expect, it } from 'vitest';
import { ReadRunsController } from './read-runs.controller.ts';

describe('ReadRunsController', () => {
  it('lets in operators only', () => {
    const guards: unknown = Reflect.getMetadata('__guards__', ReadRunsController);

    expect(guards).toEqual([OpsGuard]);
  });
});
