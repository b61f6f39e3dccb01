export { objectArgument, readArguments, textArgument } from './arguments.ts';
export type { Arguments, ReadOptions } from './arguments.ts';
export type {
  Command,
  CommandDelivery,
  CommandInput,
  CommandReference,
  CommandVendor,
  Output,
} from './command.ts';
export { CommandEffects, CommandOptions } from './command-effects.ts';
export { performCommands } from './perform-commands.ts';
export type { PerformOptions } from './perform-commands.ts';
