import type { CommandDelivery, CommandVendor } from '../command.ts';

/** A command for tests. */
export interface TestCommand {
  readonly function: string;
  readonly arguments: unknown;
  readonly effectKey: string;
  /** @default 1 */
  readonly attempt?: number;
}

/** The command as the broker would hand it to a consumer; ids derive from the effect key. */
export function commandDelivery(vendor: CommandVendor, command: TestCommand): CommandDelivery {
  const { effectKey, function: name, attempt = 1 } = command;
  return {
    attempt,
    message: {
      topic: `${vendor}.commands.v1`,
      key: effectKey,
      value: null,
      headers: {},
      partition: 0,
      offset: 0n,
      timestampMs: 0n,
    },
    event: {
      id: `event-${effectKey}`,
      type: `sluice.${vendor}.v1.CommandRequested`,
      source: 'workflow-engine',
      tenant: 'demo',
      key: 'order-1',
      time: 1n,
      correlationId: 'order-1',
      data: {
        commandId: `command-${effectKey}`,
        effectKey,
        function: name,
        arguments: JSON.stringify(command.arguments),
        runId: 'run-1',
        task: 'task',
        businessKey: 'order-1',
        requestedAt: 1n,
      },
    },
  };
}
